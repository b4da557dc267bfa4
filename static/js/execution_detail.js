/** What one node execution took and gave: outputs first. It follows the execution while that goes on. */

import { h, setText } from "./dom.js";
import { duration, exactTime, timeMs } from "./format.js";
import { badge, hasEnded, statusLook } from "./status.js";
import { PinTable } from "./value_view.js";
import { t } from "./messages.js";

/** @typedef {import("./types.js").NodeExecution} NodeExecution */

export class ExecutionDetail {
  /** @param {NodeExecution} execution */
  constructor(execution) {
    this.execution = execution;
    this.status = h("span");
    this.facts = h("span", { class: "muted" });
    this.outputs = new PinTable(t("Nothing came out."));
    this.inputs = new PinTable(t("This node takes no inputs."));
    this.shown = "";
    this.element = h(
      "div",
      { class: "detail" },
      h("p", { class: "detail-facts" }, this.status, this.facts),
      h("h3", null, t("Came out")),
      this.outputs.element,
      h("h3", null, t("Went in")),
      this.inputs.element,
    );
    this.update();
  }

  /** Shows what has changed since the last time. */
  update() {
    const { status, input_data: inputs, output_data: outputs } = this.execution;
    if (this.status.dataset.status !== status) {
      this.status.dataset.status = status;
      this.status.replaceChildren(badge(statusLook(status)));
    }
    setText(this.facts, factsOf(this.execution));
    setText(this.outputs.empty, hasEnded(status) ? t("Nothing came out.") : t("Nothing yet."));
    this.outputs.update(outputs ?? {});
    const key = `${status} ${Object.keys(inputs ?? {}).length}`;
    if (key === this.shown) return;
    this.shown = key;
    this.inputs.replace(inputs ?? {});
  }
}

/** @param {NodeExecution} execution @returns {string} */
function factsOf(execution) {
  const start = timeMs(execution.start_time);
  if (Number.isNaN(start)) return execution.status === "INCOMPLETE" ? t("It starts when all its inputs are there.") : "";
  const took = timeMs(execution.end_time) - start;
  return `${exactTime(start)}${Number.isNaN(took) ? "" : `, took ${duration(took)}`}`;
}
