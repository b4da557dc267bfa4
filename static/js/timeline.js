/** The rows of a run: one per node in the order in which they came up, each opens to what went in and came out. */

import { h, setText, uniqueId } from "./dom.js";
import { cut, duration, number } from "./format.js";
import { icon } from "./icons.js";
import { ExecutionDetail } from "./execution_detail.js";
import { statusIcon, statusLook } from "./status.js";
import { TimeScale, segmentsOf } from "./time_scale.js";
import { VirtualList } from "./virtual_list.js";
import { t } from "./messages.js";

/** @typedef {import("./run_state.js").NodeGroup} NodeGroup */
/** @typedef {import("./types.js").NodeExecution} NodeExecution */
/** @typedef {{title: string, line: string}} NodeName */

const ROW_HEIGHT = 30;
const MAX_ROWS = 8;

export class Timeline {
  /** @param {Map<string, NodeName>} names of the graph's nodes, in the graph's order */
  constructor(names) {
    this.names = names;
    this.scale = new TimeScale(0, 1);
    this.axis = [h("span", null, "0"), h("span"), h("span")];
    this.list = h("ol", { class: "timeline" });
    const head = h(
      "div",
      { class: "timeline-head" },
      h("h2", null, t("Timeline")),
      h("div", { class: "timeline-axis", "aria-hidden": "true" }, this.axis),
    );
    this.element = h("div", null, head, this.list);
    /** @type {Map<string, TimelineRow>} */
    this.rows = new Map();
    /** @type {TimelineRow[]} those that have started, on top and in their order */
    this.placed = [];
    for (const [nodeId, name] of names) this.#addRow(nodeId, name);
  }

  /** @returns {number} nodes that have not come up */
  get idleCount() {
    return [...this.rows.values()].filter((row) => !row.group).length;
  }

  /** @param {Iterable<NodeGroup>} groups @param {number} nowMs */
  update(groups, nowMs) {
    for (const group of groups) {
      const row = this.rows.get(group.nodeId) ?? this.#addRow(group.nodeId, { title: t("A removed node"), line: "" });
      row.show(group, this.scale, nowMs);
      if (!Number.isNaN(group.startMs) && !this.placed.includes(row)) this.#place(row, group.startMs);
    }
  }

  /** @param {TimeScale} scale @param {number} nowMs */
  setScale(scale, nowMs) {
    if (scale.startMs === this.scale.startMs && scale.lengthMs === this.scale.lengthMs) return;
    this.scale = scale;
    setText(this.axis[1], duration(scale.lengthMs / 2));
    setText(this.axis[2], duration(scale.lengthMs));
    for (const row of this.rows.values()) row.drawBars(scale, nowMs);
  }

  /** Lets the bars of what runs grow. @param {number} nowMs */
  tick(nowMs) {
    for (const row of this.rows.values()) if (row.group?.running.size) row.showTime(this.scale, nowMs);
  }

  /** Opens a node's row and brings it into sight. @param {string} nodeId */
  open(nodeId) {
    const row = this.rows.get(nodeId);
    if (!row?.group) return;
    row.open();
    row.button.focus({ preventScroll: true });
    row.element.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} nodeId @param {NodeName} name */
  #addRow(nodeId, name) {
    const row = new TimelineRow(name);
    this.rows.set(nodeId, row);
    this.list.append(row.element);
    return row;
  }

  /** A node that starts goes behind those that started before it. @param {TimelineRow} row @param {number} startMs */
  #place(row, startMs) {
    let at = this.placed.length;
    while (at > 0 && (this.placed[at - 1].group?.startMs ?? 0) > startMs) at -= 1;
    this.list.insertBefore(row.element, this.list.children[at] ?? null);
    this.placed.splice(at, 0, row);
  }
}

class TimelineRow {
  /** @param {NodeName} name */
  constructor(name) {
    const id = uniqueId();
    this.name = name;
    /** @type {NodeGroup|null} */
    this.group = null;
    /** @type {GroupDetail|null} */
    this.detail = null;
    this.glyph = h("span", { class: "row-glyph" }, statusIcon(statusLook(null)));
    this.word = h("span", { class: "sr-only" }, statusLook(null).word);
    this.count = h("span", { class: "row-count" });
    this.track = h("span", { class: "track", "aria-hidden": "true" });
    this.time = h("span", { class: "row-time" });
    const title = h("span", { class: "row-title", title: name.line }, name.title, this.count);
    const props = { class: "row", type: "button", "aria-expanded": "false", "aria-controls": id, disabled: true };
    this.button = h("button", props, icon("chevron", "row-chevron"), this.glyph, this.word, title, this.track, this.time);
    this.button.addEventListener("click", () => (this.box.hidden ? this.open() : this.close()));
    this.box = h("div", { id, class: "row-detail", hidden: true });
    this.element = h("li", { class: "timeline-item waiting" }, this.button, this.box);
  }

  /** @param {NodeGroup} group @param {TimeScale} scale @param {number} nowMs */
  show(group, scale, nowMs) {
    if (!this.group) {
      this.group = group;
      this.button.disabled = false;
      this.element.classList.remove("waiting");
    }
    this.#showStatus(group);
    this.showTime(scale, nowMs);
    this.detail?.update();
  }

  /** @param {NodeGroup} group */
  #showStatus(group) {
    const look = statusLook(group.status);
    if (this.glyph.dataset.status !== group.status) {
      this.glyph.dataset.status = group.status ?? "";
      this.glyph.replaceChildren(statusIcon(look));
      this.glyph.title = look.word;
      setText(this.word, `${look.word}: `);
    }
    const failed = group.countOf("FAILED");
    const many = group.list.length > 1;
    setText(this.count, many ? `×${number(group.list.length)}${failed ? `, ${number(failed)} failed` : ""}` : "");
    this.count.classList.toggle("tone-failed", many && failed > 0);
  }

  /** @param {TimeScale} scale @param {number} nowMs */
  showTime(scale, nowMs) {
    const group = this.group;
    if (!group) return;
    const end = group.isOpen ? nowMs : group.endMs;
    setText(this.time, duration(end - group.startMs));
    this.drawBars(scale, nowMs);
  }

  /** @param {TimeScale} scale @param {number} nowMs */
  drawBars(scale, nowMs) {
    if (!this.group) return;
    drawSegments(this.track, segmentsOf(this.group, scale, nowMs));
  }

  open() {
    if (!this.group || !this.box.hidden) return;
    this.detail ??= new GroupDetail(this.group, this.name);
    this.box.replaceChildren(this.detail.element);
    this.box.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.detail.update();
  }

  close() {
    this.box.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }
}

/** Inside an open row: the one execution, or a list of them with the chosen one below it. */
class GroupDetail {
  /** @param {NodeGroup} group @param {NodeName} name */
  constructor(group, name) {
    this.group = group;
    this.name = name;
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
  if (output?.length) return oneLine(output[0]);
  const inputs = Object.entries(execution.input_data ?? {}).slice(0, 8);
  return cut(inputs.map(([pin, value]) => `${pin}: ${oneLine(value)}`).join(", "), 120);
}

/** @param {any} value @returns {string} */
function oneLine(value) {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return cut(text.slice(0, 300).replace(/\s+/g, " "), 120);
}

/** @param {HTMLElement} track @param {import("./time_scale.js").Segment[]} segments */
function drawSegments(track, segments) {
  while (track.children.length > segments.length) track.lastElementChild?.remove();
  while (track.children.length < segments.length) track.append(h("i"));
  segments.forEach((segment, i) => {
    const bar = /** @type {HTMLElement} */ (track.children[i]);
    bar.className = `bar-${segment.tone}`;
    bar.style.left = `min(${segment.left}%, 100% - 4px)`;
    bar.style.width = `${segment.width}%`;
  });
}
