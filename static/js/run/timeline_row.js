/** A line of the timeline: what it is, its bars on the axis, its time and its cost; a press opens what is behind it. */

import { h, setText, uniqueId } from "../dom.js";
import { duration, number } from "../format.js";
import { icon } from "../icons.js";
import { credits } from "../library/words.js";
import { plural } from "../messages.js";
import { statusIcon, statusLook } from "../status.js";
import { segmentsOf } from "../time_scale.js";
import { drawSegments } from "./bars.js";
import { ChildRuns } from "./child_runs.js";
import { GroupDetail } from "./group_detail.js";

/** @typedef {import("./node_group.js").NodeGroup} NodeGroup */
/** @typedef {import("../timeline.js").NodeName} NodeName */
/** @typedef {import("../timeline.js").Place} Place */

export class Line {
  /** @param {NodeName} name */
  constructor(name) {
    const id = uniqueId();
    this.glyph = h("span", { class: "row-glyph" }, statusIcon(statusLook(null)));
    this.word = h("span", { class: "sr-only" }, statusLook(null).word);
    this.count = h("span", { class: "row-count" });
    this.track = h("span", { class: "track", "aria-hidden": "true" });
    this.time = h("span", { class: "row-time" });
    this.cost = h("span", { class: "row-cost" });
    const title = h("span", { class: "row-title", title: name.line }, name.title, this.count);
    const props = { class: "row", type: "button", "aria-expanded": "false", "aria-controls": id, disabled: true };
    const parts = [icon("chevron", "row-chevron"), this.glyph, this.word, title, this.track, this.time, this.cost];
    this.button = h("button", props, parts);
    this.button.addEventListener("click", () => (this.box.hidden ? this.open() : this.close()));
    this.box = h("div", { id, class: "row-detail", hidden: true });
    this.element = h("li", { class: "timeline-item waiting" }, this.button, this.box);
    this.onOpen = () => {};
  }

  /** @param {import("../types.js").Status|null} status @param {import("../status.js").Look} [look] */
  showStatus(status, look = statusLook(status)) {
    this.button.disabled = false;
    this.element.classList.remove("waiting");
    if (this.glyph.dataset.word === look.word) return;
    this.glyph.dataset.word = look.word;
    this.glyph.replaceChildren(statusIcon(look));
    this.glyph.title = look.word;
    setText(this.word, `${look.word}: `);
  }

  /** @param {number} ms @param {number} cost in credits @param {import("../time_scale.js").Segment[]} segments */
  showFigures(ms, cost, segments) {
    setText(this.time, duration(ms));
    setText(this.cost, cost ? credits(cost) : "");
    drawSegments(this.track, segments);
  }

  open() {
    if (this.button.disabled || !this.box.hidden) return;
    this.box.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.onOpen();
  }

  close() {
    this.box.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }
}

/** The line of a node, with the runs that it has started below it. */
export class TimelineRow {
  /** @param {string} nodeId @param {NodeName} name @param {Place} place */
  constructor(nodeId, name, place) {
    this.nodeId = nodeId;
    this.name = name;
    this.place = place;
    this.line = new Line(name);
    this.line.onOpen = () => this.#fillBox();
    this.element = this.line.element;
    this.button = this.line.button;
    /** @type {NodeGroup|null} */
    this.group = null;
    /** @type {GroupDetail|null} */
    this.detail = null;
    /** @type {ChildRuns|null} */
    this.children = null;
  }

  /** @param {NodeGroup} group */
  show(group) {
    this.group = group;
    this.line.showStatus(group.status);
    this.#showCount(group);
    this.showTime();
    this.detail?.update();
  }

  /** The runs that the node has started may be others, or further. */
  showChildren() {
    const { tree, runId } = this.place;
    const runs = tree.startedBy(runId, this.nodeId);
    if (runs.length && !this.children) {
      this.children = new ChildRuns(this.place);
      this.line.button.after(this.children.element);
    }
    this.children?.update(runs);
  }

  /** @param {NodeGroup} group */
  #showCount(group) {
    const failed = group.countOf("FAILED");
    const many = group.list.length > 1;
    const tries = group.failedTries;
    const said = [
      many ? `×${number(group.list.length)}` : "",
      many && failed ? `${number(failed)} failed` : "",
      tries ? plural(tries + 1, "{n} try", "{n} tries") : "",
    ];
    setText(this.line.count, said.filter(Boolean).join(", "));
    this.line.count.classList.toggle("tone-failed", many && failed > 0);
  }

  showTime() {
    const { group, place } = this;
    if (!group) return;
    const { scale, nowMs, tree, runId } = place;
    const end = group.isOpen ? nowMs() : group.endMs;
    const below = tree.startedBy(runId, this.nodeId).reduce((sum, run) => sum + run.cost + tree.costBelow(run.id), 0);
    this.line.showFigures(end - group.startMs, group.cost + below, segmentsOf(group, scale(), nowMs()));
    this.children?.showTimes();
  }

  open() {
    if (this.group) this.line.open();
  }

  #fillBox() {
    if (!this.group) return;
    this.detail ??= new GroupDetail(this.group, this.name);
    this.line.box.replaceChildren(this.detail.element);
    this.detail.update();
    this.place.onOpen(this.place.runId, this.nodeId, this.name.title);
  }
}
