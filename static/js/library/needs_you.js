/** The strip above the cards: what waits for a person, at most two things until more are asked for. */

import { listAgents, listCards, getAgentOfGraph } from "../api/library.js";
import { answerReview, listPendingReviews } from "../api/reviews.js";
import { fill, h } from "../dom.js";
import { cut, timeMs, when } from "../format.js";
import { icon } from "../icons.js";
import { inOrder } from "../in_order.js";
import { plural, t } from "../messages.js";
import { paths } from "../router.js";
import { toast, toastError } from "../toast.js";

/** @typedef {import("../api/reviews.js").Review} Review */
/** @typedef {import("../api/library.js").LibraryAgent} LibraryAgent */

const SHOWN = 2;
const MOST = 20;
const ABOUT_KEYS = /\b(key|credentials?|login|token)\b/i;

export class NeedsYou {
  /** @param {() => void} onChange something was answered */
  constructor(onChange) {
    this.onChange = onChange;
    this.isOpen = false;
    this.element = h("section", { class: "needs-you", "aria-label": t("Needs you"), hidden: true });
  }

  load = inOrder(
    () => this.#ask(),
    (items) => this.#show(items),
  );

  async #ask() {
    const [reviews, failed] = await Promise.all([
      listPendingReviews(),
      listAgents({ state: "needs_you", page_size: MOST, sort_by: "lastRunAt" }),
    ]);
    return [...(await this.#reviewItems(reviews)), ...(await failedItems(failed.agents))];
  }

  /** @param {HTMLElement[]} items */
  #show(items) {
    const shown = this.isOpen ? items : items.slice(0, SHOWN);
    const rest = items.length - shown.length;
    this.element.hidden = !items.length;
    const more = h("button", { class: "link-button needs-more", type: "button" }, plural(rest, "{n} more", "{n} more"));
    more.addEventListener("click", () => ((this.isOpen = true), void this.load().catch(toastError)));
    fill(this.element, shown, rest > 0 ? more : null);
  }

  /** @param {Review[]} reviews */
  async #reviewItems(reviews) {
    const byRun = Map.groupBy(reviews, (review) => review.graph_exec_id);
    const runs = [...byRun.values()].slice(0, this.isOpen ? MOST : SHOWN + 1);
    return Promise.all(runs.map((of) => this.#reviewItem(of)));
  }

  /** @param {Review[]} reviews of one run */
  async #reviewItem(reviews) {
    const [review] = reviews;
    const agent = await getAgentOfGraph(review.graph_id).catch(() => null);
    const name = agent?.name || t("A run");
    const title =
      reviews.length > 1
        ? plural(reviews.length, "{name} waits for {n} answer", "{name} waits for {n} answers", { name })
        : t("{name} wants a yes or no", { name });
    const asked = [review.instructions, typeof review.payload === "string" ? review.payload : JSON.stringify(review.payload)];
    const text = cut(asked.filter(Boolean).join(": "), 120);
    const approve = h("button", { class: "button quiet", type: "button" }, t("Approve"));
    approve.addEventListener("click", () => void this.#approve(review, approve));
    const read = h("a", { class: "button soft", href: paths.run(review.graph_id, review.graph_exec_id) }, t("Read it"));
    const since = t("{text} Waiting since {time}.", { text: `${text}.`, time: when(timeMs(review.created_at)) });
    return item("hand", "wait", title, since, [reviews.length > 1 ? null : approve, read]);
  }

  /** @param {Review} review @param {HTMLButtonElement} button */
  async #approve(review, button) {
    button.disabled = true;
    try {
      await answerReview({ node_exec_id: review.node_exec_id, approved: true });
      toast(t("Approved. The run goes on."));
      this.onChange();
    } catch (error) {
      button.disabled = false;
      toastError(error, t("It was not approved"));
    }
  }
}

/** @param {LibraryAgent[]} agents */
async function failedItems(agents) {
  const failed = agents.filter((agent) => agent.activity === "error");
  const cards = await listCards(failed.map((agent) => agent.graph_id));
  return failed.map((agent) => {
    const run = cards.find((card) => card.graph_id === agent.graph_id)?.runs.find((one) => one.status === "FAILED");
    const text = run?.error ? cut(run.error, 140) : t("The run says where and why.");
    const see = h(
      "a",
      { class: "button", href: run ? paths.run(agent.graph_id, run.id) : paths.agent(agent.graph_id) },
      t("See why"),
    );
    const key = ABOUT_KEYS.test(run?.error ?? "") ? h("a", { class: "button", href: "/credentials" }, t("Fix key")) : null;
    return item("cross", "failed", t("{name} failed", { name: agent.name }), text, [key ?? see]);
  });
}

/** @param {string} picture @param {string} tone @param {string} title @param {string} text @param {any[]} actions */
function item(picture, tone, title, text, actions) {
  return h(
    "div",
    { class: "needs-item" },
    icon(picture, `tone-${tone}`),
    h("div", { class: "needs-text" }, h("h2", null, title), h("p", { title: text }, text)),
    h("div", { class: "needs-actions" }, actions),
  );
}
