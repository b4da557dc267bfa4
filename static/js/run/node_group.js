/** One node of a run: all its executions, and what they come to together. No elements in here. */

import { seqOf } from "../api/values.js";
import { timeMs } from "../format.js";

/** @typedef {import("../types.js").NodeExecution} NodeExecution */
/** @typedef {import("../types.js").Status} Status */

/** The first of these that an execution of a node has is the status of the node. @type {Status[]} */
const LOUDEST_FIRST = ["RUNNING", "REVIEW", "FAILED", "QUEUED", "TERMINATED", "COMPLETED", "INCOMPLETE"];

/** All executions of one node in the order in which they came up. */
export class NodeGroup {
  /** @param {string} nodeId */
  constructor(nodeId) {
    this.nodeId = nodeId;
    /** @type {NodeExecution[]} */
    this.list = [];
    /** @type {Partial<Record<Status, number>>} */
    this.counts = {};
    this.startMs = NaN;
    this.endMs = NaN;
    /** Credits of its executions. */
    this.cost = 0;
    /** Tries that failed before another one. */
    this.failedTries = 0;
    /** @type {Set<NodeExecution>} */
    this.running = new Set();
  }

  /** @returns {Status|null} null where nothing has come up yet */
  get status() {
    return LOUDEST_FIRST.find((status) => this.counts[status]) ?? null;
  }

  /** @returns {boolean} whether some execution has a start and no end: it runs, or was stopped (which sets no end) */
  get isOpen() {
    return this.running.size > 0 || this.countOf("TERMINATED") > 0;
  }

  /** @param {Status} status @returns {number} */
  countOf(status) {
    return this.counts[status] ?? 0;
  }

  /** Takes executions that came up before all others. @param {NodeExecution[]} older in their order */
  putFirst(older) {
    // One that has not ended is here before those around it.
    this.list = [...older, ...this.list].sort((a, b) => seqOf(a.node_exec_id) - seqOf(b.node_exec_id));
    for (const execution of older) this.#count(execution, null);
  }

  /** @param {NodeExecution} execution @param {Status|null} before */
  note(execution, before) {
    if (before === null) this.list.push(execution);
    this.#count(execution, before);
  }

  /** @param {NodeExecution} execution @param {Status|null} before */
  #count(execution, before) {
    if (before !== null) this.counts[before] = this.countOf(before) - 1;
    this.counts[execution.status] = this.countOf(execution.status) + 1;
    if (execution.status === "RUNNING") this.running.add(execution);
    else this.running.delete(execution);
    this.#sum(execution);
    // Parsed once: a timeline of 10,000 bars is drawn ten times a second.
    execution.startMs = timeMs(execution.start_time);
    execution.endMs = timeMs(execution.end_time);
    this.startMs = least(this.startMs, execution.startMs);
    this.endMs = greatest(this.endMs, execution.endMs);
  }

  /** Adds what has come since it was counted last: sums over 100,000 executions are asked for ten times a second. @param {NodeExecution} execution */
  #sum(execution) {
    const { cost = 0, tries = [], counted } = execution;
    this.cost += cost - (counted?.cost ?? 0);
    this.failedTries += tries.length - (counted?.tries ?? 0);
    if (cost || tries.length || counted) execution.counted = { cost, tries: tries.length };
  }
}

/** @param {number} a @param {number} b */
function least(a, b) {
  return Number.isNaN(a) || b < a ? b : a;
}

/** @param {number} a @param {number} b */
function greatest(a, b) {
  return Number.isNaN(a) || b > a ? b : a;
}
