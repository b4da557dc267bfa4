/** Below the timeline: the node executions that are not on the page yet. The newest come first, older ones by and by. */

import { h } from "../dom.js";
import { number } from "../format.js";
import { t } from "../messages.js";
import { MOST_NODES } from "../run_feed.js";
import { toastError } from "../toast.js";

export class EarlierExecutions {
  /** @param {import("../run_state.js").RunState} state @param {import("../run_feed.js").RunFeed} feed */
  constructor(state, feed) {
    this.state = state;
    this.feed = feed;
    this.said = h("span");
    this.button = h(
      "button",
      { class: "link-button", type: "button", on: { click: () => void this.#load() } },
      t("Load earlier ones"),
    );
    this.element = h("p", { class: "timeline-more muted", hidden: true }, this.said, " ", this.button);
  }

  /** What an ended run has, as far as it comes by itself. */
  async loadFirst() {
    if (this.state.byId.size) await this.#load(MOST_NODES - this.state.byId.size);
  }

  /** Shows how many are missing. */
  update() {
    const missing = this.state.oldestSeq === Infinity ? 0 : this.state.oldestSeq - 1;
    this.element.hidden = missing === 0;
    const n = { here: number(this.state.byId.size), missing: number(missing) };
    this.said.textContent = t("The newest {here} node executions are here, {missing} earlier ones are not.", n);
  }

  /** @param {number} [most] */
  async #load(most) {
    this.button.disabled = true;
    await this.feed
      .loadOlder(this.state.oldestSeq, most)
      .catch((error) => toastError(error, t("The earlier ones were not loaded")));
    this.button.disabled = false;
  }
}
