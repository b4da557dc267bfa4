/** The runs that a node has started, below its line in the timeline. Each opens to its own nodes. */

import { getGraph } from "../api.js";
import { getRun } from "../api/values.js";
import { h } from "../dom.js";
import { number, timeMs } from "../format.js";
import { plural, t } from "../messages.js";
import { nameNodes } from "../names.js";
import { paths } from "../router.js";
import { RunState } from "../run_state.js";
import { hasEnded, runLook } from "../status.js";
import { Timeline } from "../timeline.js";
import { toastError } from "../toast.js";
import { Line } from "./timeline_row.js";

/** @typedef {import("../api/runs.js").TreeRun} TreeRun */
/** @typedef {import("../timeline.js").Place} Place */

const FIRST_RUNS = 10;

export class ChildRuns {
  /** @param {Place} place of the run that started them */
  constructor(place) {
    this.place = place;
    this.limit = FIRST_RUNS;
    /** @type {ChildRow[]} */
    this.rows = [];
    this.list = h("ol", { class: "timeline nested" });
    this.list.style.setProperty("--depth", String(place.depth + 1));
    this.more = h("button", { class: "link-button nested-more", type: "button", hidden: true });
    this.element = h("div", null, this.list, this.more);
    /** @type {TreeRun[]} */
    this.runs = [];
    this.more.addEventListener("click", () => {
      this.limit += 10 * FIRST_RUNS;
      this.update(this.runs);
    });
  }

  /** @param {TreeRun[]} runs all of them, in the order of starting */
  update(runs) {
    this.runs = runs;
    runs.slice(0, this.limit).forEach((run, i) => {
      this.rows[i] ??= this.#addRow(run);
      this.rows[i].show(run, runs.length > 1 ? t("{n} of {total}", { n: number(i + 1), total: number(runs.length) }) : "");
    });
    const left = runs.length - this.limit;
    this.more.hidden = left <= 0;
    if (left > 0) this.more.textContent = plural(left, "{n} more run, show", "{n} more runs, show");
  }

  /** @param {TreeRun} run */
  #addRow(run) {
    const row = new ChildRow(run, this.place);
    this.list.append(row.line.element);
    return row;
  }

  showTimes() {
    for (const row of this.rows) row.showTime();
  }
}

class ChildRow {
  /** @param {TreeRun} run @param {Place} place */
  constructor(run, place) {
    this.run = run;
    this.place = { ...place, runId: run.id, depth: place.depth + 2 };
    this.line = new Line({ title: run.graph_name || t("A deleted agent"), line: "" });
    this.line.element.classList.add("child-run");
    this.line.onOpen = () => void this.#load();
    /** @type {Timeline|null} */
    this.timeline = null;
    this.isLoading = false;
  }

  /** @param {TreeRun} run @param {string} count */
  show(run, count) {
    this.run = run;
    this.line.showStatus(run.status, runLook({ status: run.status, stats: { node_error_count: run.node_error_count } }));
    if (this.line.count.textContent !== count) this.line.count.textContent = count;
    this.showTime();
    this.timeline?.updateTree();
  }

  showTime() {
    const { run, place } = this;
    const start = timeMs(run.started_at);
    const end = hasEnded(run.status) ? timeMs(run.ended_at) : place.nowMs();
    const cost = run.cost + place.tree.costBelow(run.id);
    const scale = place.scale();
    const left = scale.at(start);
    const { tone } = runLook({ status: run.status, stats: { node_error_count: run.node_error_count } });
    const segments = Number.isNaN(start) ? [] : [{ left, width: scale.at(Number.isNaN(end) ? start : end) - left, tone }];
    this.line.showFigures(end - start, cost, segments);
    this.timeline?.redraw();
  }

  /** Its nodes are asked for when somebody wants to see them. */
  async #load() {
    if (this.timeline || this.isLoading) return;
    const { run, place } = this;
    /** @type {import("../live.js").Delta[]} what happens until the run is there */
    const held = [];
    this.isLoading = true;
    place.states.set(run.id, { applyEvents: (deltas) => held.push(...deltas) });
    try {
      const [loaded, graph] = await Promise.all([
        getRun(run.graph_id, run.id),
        getGraph(run.graph_id, run.graph_version).catch(() => null),
      ]);
      const timeline = (this.timeline = new Timeline(nameNodes(graph?.nodes ?? [], place.catalog), this.place));
      const state = new RunState(new Map(), () => timeline.update(state.takeChanged()));
      place.states.set(run.id, state);
      state.load(loaded);
      state.applyEvents(held);
      const link = h("a", { class: "button small", href: paths.run(run.graph_id, run.id) }, t("Open this run"));
      this.line.box.replaceChildren(h("div", { class: "child-head" }, link), timeline.list);
      timeline.updateTree();
    } catch (error) {
      place.states.delete(run.id);
      toastError(error, t("The nodes of this run were not loaded"));
      this.line.close();
    } finally {
      this.isLoading = false;
    }
  }
}
