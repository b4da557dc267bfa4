/** Keeps the runs below a run up to date: loaded from the REST API, then from events, and those that are open on the page with them. */

import { getTree } from "../api/runs.js";
import { oneByOne } from "../in_order.js";
import { RunTree } from "./tree.js";

/** @typedef {import("../live.js").Delta} Delta */
/** @typedef {{applyEvents: (deltas: Delta[]) => any}} Taker what takes the events of one run */

const SHOW_EVERY_MS = 100; // a stream of thousands of events is shown ten times a second
const LOAD_EVERY_MS = 500;

/** It listens to the RunFeed of the run that the page shows (run_feed.js, TreeListener). */
export class TreeFeed {
  /** @param {string} graphId @param {string} runId @param {AbortSignal} signal @param {() => void} onChange the tree is another one */
  constructor(graphId, runId, signal, onChange) {
    this.graphId = graphId;
    this.runId = runId;
    this.signal = signal;
    this.onChange = onChange;
    this.tree = new RunTree(runId);
    /** @type {Map<string, Taker>} the runs below that are open, or will be, by id */
    this.open = new Map();
    /** @type {Delta[]|null} events that come while the tree is being loaded */
    this.held = null;
    /** @type {number|undefined} */
    this.showTimer = undefined;
    /** @type {number|undefined} */
    this.loadTimer = undefined;
  }

  /** @param {Delta[]} deltas of the other runs of the tree */
  onEvents(deltas) {
    this.held?.push(...deltas);
    const isWhole = this.tree.applyEvents(deltas);
    for (const [id, state] of this.open) {
      const own = deltas.filter((delta) => delta.graph_exec_id === id);
      if (own.length) state.applyEvents(own);
    }
    if (!isWhole) this.loadSoon();
    else if (deltas.some((delta) => delta.event_type === "graph_execution_update")) this.#showSoon();
  }

  onGap() {
    this.loadSoon();
  }

  onReview() {
    this.loadSoon();
  }

  loadSoon() {
    if (this.signal.aborted) return;
    this.loadTimer ??= setTimeout(() => {
      this.loadTimer = undefined;
      void this.load();
    }, LOAD_EVERY_MS);
  }

  load = oneByOne(async () => {
    /** @type {Delta[]} */
    const held = [];
    this.held = held;
    const tree = await getTree(this.graphId, this.runId).catch(() => null);
    this.held = null;
    if (!tree || this.signal.aborted) return;
    this.tree.load(tree);
    this.tree.applyEvents(held);
    this.onChange();
  });

  #showSoon() {
    this.showTimer ??= setTimeout(() => {
      this.showTimer = undefined;
      if (!this.signal.aborted) this.onChange();
    }, SHOW_EVERY_MS);
  }

  /** @returns {string[]} ids of the runs below that wait for a person */
  get waiting() {
    return [...this.tree.runs.values()].filter((run) => run.status === "REVIEW").map((run) => run.id);
  }

  /** @returns {number} credits of all runs below */
  get cost() {
    return this.tree.costBelow(this.runId);
  }
}
