/** The rows of a run: one per node in the order in which they came up, each opens to what went in and came out. */

import { h, setText } from "./dom.js";
import { clock, duration } from "./format.js";
import { TimelineRow } from "./run/timeline_row.js";
import { t } from "./messages.js";

/** @typedef {import("./run/node_group.js").NodeGroup} NodeGroup */
/** @typedef {import("./time_scale.js").TimeScale} TimeScale */
/** @typedef {{title: string, line: string}} NodeName */

/**
 * @typedef {Object} Place which run the rows are of, and what all timelines of a page share
 * @property {string} runId
 * @property {number} depth 0 for the run that the page shows
 * @property {import("./run/tree.js").RunTree} tree
 * @property {Map<string, import("./types.js").Block>} catalog
 * @property {Map<string, {applyEvents: (deltas: import("./live.js").Delta[]) => any}>} states of the runs below that are open, or will be
 * @property {() => TimeScale} scale
 * @property {() => number} nowMs where the bar of what has no end ends: now, or where the run ended
 * @property {(runId: string, nodeId: string, title: string) => void} onOpen a node's row was opened
 */

export class Timeline {
  /** @param {Map<string, NodeName>} names of the graph's nodes, in the graph's order @param {Place} place */
  constructor(names, place) {
    this.names = names;
    this.place = place;
    this.list = h("ol", { class: "timeline" });
    this.list.style.setProperty("--depth", String(place.depth));
    /** @type {Map<string, TimelineRow>} */
    this.rows = new Map();
    /** @type {TimelineRow[]} those that have started, on top and in their order */
    this.placed = [];
    for (const [nodeId, name] of names) this.#addRow(nodeId, name);
  }

  /** @param {Iterable<NodeGroup>} groups */
  update(groups) {
    for (const group of groups) {
      const row = this.rows.get(group.nodeId) ?? this.#addRow(group.nodeId, { title: t("A removed node"), line: "" });
      row.show(group);
      if (!Number.isNaN(group.startMs) && !this.placed.includes(row)) this.#place(row, group.startMs);
    }
  }

  /** The runs below may be others, or further. */
  updateTree() {
    for (const row of this.rows.values()) row.showChildren();
  }

  /** The axis is another one. */
  redraw() {
    for (const row of this.rows.values()) row.showTime();
  }

  /** Lets the bars of what runs grow. */
  tick() {
    for (const row of this.rows.values()) if (row.group?.running.size) row.showTime();
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
    const row = new TimelineRow(nodeId, name, this.place);
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

/** What stands above the timeline: the axis, and what the columns are. */
export class TimelineAxis {
  constructor() {
    this.marks = [h("span", null, "0"), h("span"), h("span"), h("span")];
    this.cost = h("span", { class: "row-cost" }, t("cost"));
    this.element = h(
      "div",
      { class: "timeline-head", "aria-hidden": "true" },
      h("div", { class: "timeline-axis" }, this.marks),
      h("span", { class: "row-time" }, t("time")),
      this.cost,
    );
  }

  /** @param {TimeScale} scale */
  show(scale) {
    const stepMs = scale.lengthMs / this.marks.length;
    const [, ...later] = this.marks; // the first stays "0"
    later.forEach((mark, i) => {
      const isLast = i === later.length - 1;
      setText(mark, stepMs < 1 ? "" : markWords(stepMs * (i + 1), scale.lengthMs, isLast));
    });
  }
}

/**
 * In one unit and short: four of them stand above 150 px.
 * @param {number} ms @param {number} lengthMs of the axis @param {boolean} isLast @returns {string}
 */
function markWords(ms, lengthMs, isLast) {
  if (lengthMs >= 60_000) return clock(ms);
  if (lengthMs >= 1000) return `${Number((ms / 1000).toFixed(1))} s`;
  return isLast ? duration(ms) : String(Math.round(ms));
}
