/** Inside an open row of the timeline: the one execution of a node, or a list of them with the chosen one below it. */

import { h } from "../dom.js";
import { ExecutionDetail } from "../execution_detail.js";
import { cut, duration, number } from "../format.js";
import { t } from "../messages.js";
import { statusIcon, statusLook } from "../status.js";
import { valueLine } from "../value_line.js";
import { VirtualList } from "../virtual_list.js";

/** @typedef {import("./node_group.js").NodeGroup} NodeGroup */
/** @typedef {import("../types.js").NodeExecution} NodeExecution */

const ROW_HEIGHT = 30;
const MAX_ROWS = 8;

export class GroupDetail {
  /** @param {NodeGroup} group @param {import("../timeline.js").NodeName} name */
  constructor(group, name) {
    this.group = group;
    /** @type {ExecutionDetail|null} */
    this.shown = null;
    this.place = h("div");
    this.list = new VirtualList({
      label: t("Executions of {title}", { title: name.title }),
      rowHeight: ROW_HEIGHT,
      maxRows: MAX_ROWS,
      render: (index) => executionLine(group.list[index], index),
      onChoose: (index) => this.#show(group.list[index]),
    });
    this.list.element.hidden = true;
    this.element = h("div", null, name.line && h("p", { class: "muted detail-block" }, name.line), this.list.element, this.place);
    this.#chooseFirst();
  }

  #chooseFirst() {
    const failed = this.group.list.findIndex((execution) => execution.status === "FAILED");
    const index = Math.max(0, failed);
    this.list.count = this.group.list.length;
    this.list.choose(index);
  }

  update() {
    const many = this.group.list.length > 1;
    this.list.element.hidden = !many;
    this.list.count = -1; // the height depends on being visible
    if (many) this.list.setCount(this.group.list.length);
    this.shown?.update();
  }

  /** @param {NodeExecution} execution */
  #show(execution) {
    if (this.shown?.execution === execution) return;
    this.shown = new ExecutionDetail(execution);
    this.place.replaceChildren(this.shown.element);
  }
}

/** @param {NodeExecution} execution @param {number} index @returns {Node[]} */
function executionLine(execution, index) {
  const look = statusLook(execution.status);
  const glyph = h("span", { class: "row-glyph", title: look.word }, statusIcon(look));
  const took = (execution.endMs ?? NaN) - (execution.startMs ?? NaN);
  return [
    h("span", { class: "line-number" }, number(index + 1)),
    glyph,
    h("span", { class: "sr-only" }, look.word),
    h("span", { class: "line-preview", dir: "auto" }, preview(execution)),
    h("span", { class: "row-time" }, duration(took)),
  ];
}

/** @param {NodeExecution} execution @returns {string} its first output, else its inputs, in one line */
function preview(execution) {
  const [output] = Object.values(execution.output_data ?? {});
  if (output?.length) return valueLine(output[0], 120);
  const inputs = Object.entries(execution.input_data ?? {}).slice(0, 8);
  return cut(inputs.map(([pin, value]) => `${pin}: ${valueLine(value, 120)}`).join(", "), 120);
}
