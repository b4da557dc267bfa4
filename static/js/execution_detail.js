/** What one node execution took and gave: outputs first. It follows the execution while that goes on. */

import { requestFile } from "./api.js";
import { fillBrief, outputsAddress } from "./api/values.js";
import { h, setText } from "./dom.js";
import { duration, exactTime, fileName, timeMs } from "./format.js";
import { t } from "./messages.js";
import { saveFile } from "./save_file.js";
import { badge, hasEnded, statusLook } from "./status.js";
import { toastError } from "./toast.js";
import { PinTable } from "./value_view.js";

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
    this.more = h("p", { class: "muted", hidden: true });
    this.element = h(
      "div",
      { class: "detail" },
      h("p", { class: "detail-facts" }, this.status, this.facts),
      h("h3", null, t("Came out")),
      this.outputs.element,
      this.more,
      h("h3", null, t("Went in")),
      this.inputs.element,
    );
    this.update();
    void this.#fill();
  }

  /** In an answer that was too large, next to nothing of its values was there. */
  async #fill() {
    if (!this.execution.is_brief) return;
    await fillBrief(this.execution).catch((error) => toastError(error, t("The values of this node were not loaded")));
    this.shown = "";
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
    this.#showMore();
    const key = `${status} ${Object.keys(inputs ?? {}).length}`;
    if (key === this.shown) return;
    this.shown = key;
    this.inputs.replace(inputs ?? {});
  }

  #showMore() {
    const { execution } = this;
    this.more.hidden = !execution.n_outputs;
    if (!execution.n_outputs || this.more.childElementCount) return;
    const save = h("button", { class: "link-button", type: "button", on: { click: () => void saveOutputs(execution) } });
    save.textContent = t("Download all of them");
    this.more.append(t("Only the first ones are here."), " ", save);
  }
}

/** @param {NodeExecution} execution */
async function saveOutputs(execution) {
  try {
    saveFile(fileName(t("outputs"), "json"), await requestFile(outputsAddress(execution)));
  } catch (error) {
    toastError(error, t("Nothing was downloaded"));
  }
}

/** @param {NodeExecution} execution @returns {string} */
function factsOf(execution) {
  const start = timeMs(execution.start_time);
  if (Number.isNaN(start)) return execution.status === "INCOMPLETE" ? t("It starts when all its inputs are there.") : "";
  const took = timeMs(execution.end_time) - start;
  return `${exactTime(start)}${Number.isNaN(took) ? "" : `, took ${duration(took)}`}`;
}
