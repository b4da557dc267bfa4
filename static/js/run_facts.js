/** The line of facts above a run: when, how long, how far, what it cost. */

import { serverNow } from "./api.js";
import { h, setText } from "./dom.js";
import { clock, dayAndTime, duration, exactTime, number, timeMs } from "./format.js";
import { hasEnded } from "./status.js";
import { plural, t } from "./messages.js";

/** @typedef {import("./run_state.js").RunState} RunState */

export class RunFacts {
  /** @param {number} totalNodes of the graph */
  constructor(totalNodes) {
    this.total = totalNodes;
    this.started = h("dd");
    this.time = h("dd");
    this.nodes = h("span");
    this.bar = h("i");
    this.executions = h("dd");
    this.cost = h("dd");
    this.costBox = fact(t("Cost"), this.cost);
    const progress = h("span", { class: "progress", "aria-hidden": "true" }, this.bar);
    this.element = h(
      "dl",
      { class: "facts" },
      fact(t("Started"), this.started),
      fact(t("Time"), this.time),
      fact(t("Nodes"), h("dd", { class: "fact-nodes" }, this.nodes, progress)),
      fact(t("Executions"), this.executions, "wide-only"),
      this.costBox,
    );
  }

  /** @param {RunState} state */
  update(state) {
    const run = state.run;
    if (!run) return;
    const start = timeMs(run.started_at);
    setText(this.started, Number.isNaN(start) ? t("Not yet") : dayAndTime(start));
    this.started.title = exactTime(start);
    const done = state.endedNodes;
    setText(this.nodes, `${number(done)} of ${number(Math.max(this.total, done))}`);
    this.bar.style.width = `${this.total ? (100 * done) / Math.max(this.total, done) : 0}%`;
    setText(this.executions, number(state.startedExecutions));
    const credits = run.stats?.cost ?? 0;
    this.costBox.hidden = !credits;
    setText(this.cost, plural(credits, "{n} credit", "{n} credits"));
    this.tick(state);
  }

  /** @param {RunState} state */
  tick(state) {
    const start = timeMs(state.run?.started_at);
    if (Number.isNaN(start)) return setText(this.time, t("Waits"));
    const ended = hasEnded(state.run?.status);
    setText(this.time, ended ? duration(timeMs(state.run?.ended_at) - start) : clock(serverNow() - start));
  }
}

/** @param {string} label @param {HTMLElement} value @param {string} [kind] */
function fact(label, value, kind = "") {
  return h("div", { class: `fact ${kind}`.trim() }, h("dt", null, label), value);
}
