/** The first line of the timeline: the run itself, with all that it took and cost. */

import { h, setText } from "../dom.js";
import { duration } from "../format.js";
import { credits } from "../library/words.js";
import { hasEnded, runLook, statusIcon } from "../status.js";
import { drawSegments } from "./bars.js";

/** @typedef {import("../types.js").GraphExecution} GraphExecution */

export class RootRow {
  /** @param {string} name of the agent */
  constructor(name) {
    this.glyph = h("span", { class: "row-glyph" });
    this.track = h("span", { class: "track" });
    this.time = h("span", { class: "row-time" });
    this.cost = h("span", { class: "row-cost" });
    // The head of the page says all of it.
    this.element = h(
      "div",
      { class: "root-row", "aria-hidden": "true" },
      h("span"),
      this.glyph,
      h("span", { class: "row-title", title: name }, name),
      this.track,
      this.time,
      this.cost,
    );
  }

  /** @param {GraphExecution} run @param {number} cost in credits, with the runs below */
  show(run, cost) {
    const look = runLook(run);
    if (this.glyph.dataset.word !== look.word) {
      this.glyph.dataset.word = look.word;
      this.glyph.replaceChildren(statusIcon(look));
    }
    this.tone = hasEnded(run.status) ? look.tone : "running";
    setText(this.cost, cost ? credits(cost) : "");
  }

  /** @param {number} startMs @param {number} endMs @param {import("../time_scale.js").TimeScale} scale */
  showTime(startMs, endMs, scale) {
    if (Number.isNaN(startMs)) return;
    const left = scale.at(startMs);
    setText(this.time, duration(endMs - startMs));
    drawSegments(this.track, [{ left, width: scale.at(endMs) - left, tone: this.tone ?? "running" }]);
  }
}
