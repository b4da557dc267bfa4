/** The reviews of a run and of all that it has started, above its outputs. */

import { listReviewsOfRun } from "../api/reviews.js";
import { h } from "../dom.js";
import { t } from "../messages.js";

const MOST_RUNS = 20;

export class WaitingReviews {
  /** @param {(review: import("../api/reviews.js").Review) => string} titleOf its node @param {() => void} onAnswered */
  constructor(titleOf, onAnswered) {
    this.titleOf = titleOf;
    this.onAnswered = onAnswered;
    this.element = h("div", { class: "stack", hidden: true, role: "region", "aria-label": t("Needs you") });
    /** @type {Map<string, HTMLElement>} by node execution; one that somebody fills in is not drawn again */
    this.cards = new Map();
    this.asked = 0;
  }

  /** Asks anew what waits. @param {string[]} runIds that may have something */
  async load(runIds) {
    const turn = (this.asked += 1);
    if (!runIds.length && !this.cards.size) return;
    const asking = Promise.all([
      import("./reviews.js"), // most runs ask nobody
      ...runIds.slice(0, MOST_RUNS).map((id) => listReviewsOfRun(id)),
    ]);
    const answer = await asking.catch(() => null);
    // What somebody fills in stays while the server is away: it is asked again when it is back.
    if (!answer || turn !== this.asked) return;
    const [{ reviewCard }, ...lists] = answer;
    this.#show(lists.flat(), reviewCard);
  }

  /** @param {import("../api/reviews.js").Review[]} reviews @param {typeof import("./reviews.js").reviewCard} reviewCard */
  #show(reviews, reviewCard) {
    const wanted = new Set(reviews.map((review) => review.node_exec_id));
    for (const [id, card] of this.cards) if (!wanted.has(id)) this.#remove(id, card);
    for (const review of reviews) {
      if (this.cards.has(review.node_exec_id)) continue;
      const about = h("span", { class: "muted" }, this.titleOf(review));
      const card = reviewCard(review, { about, onAnswered: () => this.onAnswered() });
      this.cards.set(review.node_exec_id, card);
      this.element.append(card);
    }
    this.element.hidden = !this.cards.size;
  }

  /** @param {string} id @param {HTMLElement} card */
  #remove(id, card) {
    card.remove();
    this.cards.delete(id);
  }
}
