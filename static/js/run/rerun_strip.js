/** Running again from the node that was opened last: what it keeps, what it runs, and what that cost before. */

import { dryRerun } from "../api/reruns.js";
import { ApiError } from "../api.js";
import { h, setText } from "../dom.js";
import { parts, plural, t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { aboutWords, boundWords, priceReason } from "../price_words.js";
import { go, paths } from "../router.js";
import { startAgainFrom } from "../start_run.js";
import { toastError } from "../toast.js";

export class RerunStrip {
  /** @param {string} graphId @param {number} version @param {string} runId */
  constructor(graphId, version, runId) {
    this.graphId = graphId;
    this.runId = runId;
    this.nodeId = "";
    this.title = h("h3");
    this.text = h("p", { class: "muted" });
    this.about = h("strong", { class: "rerun-price" });
    this.bound = h("span", { class: "muted" });
    this.start = button(t("Run from here"), "play", (pressed) => void this.#start(pressed), "filled");
    const as = h("span", { class: "muted" }, t("As it ran, v{version}", { version }));
    this.element = h(
      "div",
      { class: "rerun-strip", hidden: true, role: "group", "aria-label": t("Run again from a node") },
      h("div", { class: "rerun-text" }, this.title, this.text),
      h("div", { class: "rerun-sums" }, this.about, this.bound),
      h("div", { class: "rerun-actions" }, as, this.start),
    );
  }

  /** Asks what it would cost. @param {string} nodeId @param {string} title */
  async select(nodeId, title) {
    this.nodeId = nodeId;
    this.element.hidden = false;
    this.title.replaceChildren(...parts("Run again from {node}", { node: title }));
    this.start.disabled = true;
    setText(this.about, "");
    setText(this.bound, "");
    setText(this.text, t("Looking up the price."));
    try {
      const plan = await dryRerun(this.graphId, this.runId, nodeId);
      if (nodeId === this.nodeId) this.#show(plan);
    } catch (error) {
      if (nodeId === this.nodeId) setText(this.text, error instanceof ApiError ? error.message : String(error));
    }
  }

  /** @param {import("../api/reruns.js").Rerun} plan */
  #show(plan) {
    const kept = plural(plan.recorded_nodes.length, "Keeps {n} recorded result", "Keeps {n} recorded results");
    const again = plural(plan.nodes.length, "runs {n} node again", "runs {n} nodes again");
    setText(this.text, `${kept}, ${again}.`);
    const sum = { about: plan.cost_credits, isByUse: false, bound: plan.at_most };
    setText(this.about, aboutWords(sum));
    setText(this.bound, boundWords(sum));
    this.bound.title = priceReason(plan.at_most);
    this.start.disabled = false;
  }

  /** @param {HTMLButtonElement} pressed */
  async #start(pressed) {
    try {
      const answer = await whileBusy(pressed, t("Starting"), () => startAgainFrom(this.graphId, this.runId, this.nodeId));
      if (answer?.graph_exec_id) go(paths.run(this.graphId, answer.graph_exec_id));
    } catch (error) {
      toastError(error, t("It was not started"));
    }
  }
}
