/** The line of facts above a run: when, by whom, how long, how far, what it cost. */

import { serverNow } from "./api.js";
import { fill, h, setText } from "./dom.js";
import { clock, dayAndTime, duration, exactTime, number, timeMs } from "./format.js";
import { hasEnded } from "./status.js";
import { credits } from "./library/words.js";
import { plural, t } from "./messages.js";

/** @typedef {import("./run_state.js").RunState} RunState */

export class RunFacts {
  /** @param {number} totalNodes of the graph */
  constructor(totalNodes) {
    this.total = totalNodes;
    this.started = h("dd");
    this.by = h("dd");
    this.byBox = fact(t("Started by"), this.by, "wide-only");
    this.byBox.hidden = true;
    this.time = h("span");
    this.usual = h("small");
    this.nodes = h("span");
    this.word = h("small", { class: "only-on-phone" }, t("nodes"));
    this.bar = h("i");
    this.cost = h("dd");
    this.costBox = fact(t("Cost of the tree"), this.cost, "fact-cost");
    const progress = h("span", { class: "progress", "aria-hidden": "true" }, this.bar);
    this.nodesBox = fact(t("Nodes"), h("dd", { class: "fact-nodes" }, this.nodes, progress), "fact-progress");
    this.element = h(
      "dl",
      { class: "facts" },
      fact(t("Started"), this.started, "wide-only"),
      this.byBox,
      fact(t("Time"), h("dd", null, this.time, this.usual), "fact-time"),
      this.costBox,
      this.nodesBox,
    );
  }

  /** @param {any[]} words */
  showOrigin(words) {
    this.by.replaceChildren(...words);
    this.byBox.hidden = false;
  }

  /** @param {RunState} state @param {number} creditsBelow of the runs that it has started @param {number|null} mostCredits that it may cost */
  update(state, creditsBelow, mostCredits) {
    const run = state.run;
    if (!run) return;
    const start = timeMs(run.started_at);
    setText(this.started, Number.isNaN(start) ? t("Not yet") : dayAndTime(start));
    this.started.title = exactTime(start);
    const done = state.endedNodes;
    const total = Math.max(this.total, done);
    fill(this.nodes, t("{done} of {total}", { done: number(done), total: number(total) }), this.word);
    this.bar.style.width = `${total ? (100 * done) / total : 0}%`;
    this.nodesBox.title = plural(state.startedExecutions, "{n} execution", "{n} executions");
    const own = state.cost;
    this.costBox.hidden = !own && !creditsBelow && mostCredits === null;
    const below = creditsBelow ? t("{sum} by sub-agents", { sum: credits(creditsBelow) }) : "";
    const most = mostCredits === null ? "" : t("of {most} allowed", { most: credits(mostCredits) });
    fill(
      this.cost,
      credits(own + creditsBelow),
      " ",
      most || below ? h("small", null, [most, below].filter(Boolean).join(", ")) : null,
    );
    this.tick(state);
  }

  /** What runs of before took. @param {number} ms */
  showUsual(ms) {
    setText(this.usual, t("usually {time}", { time: duration(ms) }));
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
