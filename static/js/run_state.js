/** What is known of one run: its own row and its node executions, grouped by node. No elements in here. */

import { seqOf } from "./api/values.js";
import { CutValue } from "./cut_value.js";
import { timeMs } from "./format.js";
import { jsonSize } from "./pretty_json.js";
import { hasEnded, statusRank } from "./status.js";

/** @typedef {import("./types.js").Graph} Graph */
/** @typedef {import("./types.js").GraphExecution} GraphExecution */
/** @typedef {import("./types.js").NodeExecution} NodeExecution */
/** @typedef {import("./types.js").Status} Status */

/** The first of these that an execution of a node has is the status of the node. @type {Status[]} */
const LOUDEST_FIRST = ["RUNNING", "REVIEW", "FAILED", "QUEUED", "TERMINATED", "COMPLETED", "INCOMPLETE"];

/** What events bring beyond is counted and can be loaded, but not kept: a run may go on for days in an open page. */
const MOST_LIVE_CHARS = 30_000_000;

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

export class RunState {
  /**
   * @param {Map<string, string>} outputNames what the graph's Output nodes are called, by node id
   * @param {() => void} onChange told at every change; it should only make a note of it
   */
  constructor(outputNames, onChange) {
    this.outputNames = outputNames;
    this.onChange = onChange;
    /** @type {Set<string>} executions of Output nodes whose value is among the run's outputs */
    this.counted = new Set();
    /** @type {GraphExecution|null} */
    this.run = null;
    /** @type {Map<string, NodeGroup>} by node id, in the order in which the nodes came up */
    this.groups = new Map();
    /** @type {Map<string, NodeExecution>} */
    this.byId = new Map();
    /** @type {Set<NodeGroup>} */
    this.changed = new Set();
    this.leftChars = MOST_LIVE_CHARS;
    /** The number of the oldest execution that is here with all after it. */
    this.oldestSeq = Infinity;
  }

  /** @returns {Set<NodeGroup>} the nodes that changed since the last call */
  takeChanged() {
    const changed = this.changed;
    this.changed = new Set();
    return changed;
  }

  /** Takes what the REST API says. @param {GraphExecution} run */
  load(run) {
    const { node_executions: nodes = [], open_node_executions: open = [], ...own } = run;
    this.run = { ...own, inputs: own.inputs ?? {}, outputs: own.outputs ?? {} };
    const order = [...open, ...nodes].map((node) => ({ node, at: timeMs(node.add_time) })).sort((a, b) => a.at - b.at);
    for (const { node } of order) {
      if (isOutput(node)) this.counted.add(node.node_exec_id);
      this.#putNode(node);
    }
    this.#noteOldest(nodes);
    this.onChange();
  }

  /** Takes executions that came up before all that are here, or are here already. @param {NodeExecution[]} nodes in their order */
  loadOlder(nodes) {
    /** @type {Map<string, NodeExecution[]>} */
    const fresh = new Map();
    for (const node of nodes) {
      if (this.byId.has(node.node_exec_id)) this.#putNode(node);
      else fresh.set(node.node_id, [...(fresh.get(node.node_id) ?? []), node]);
    }
    for (const [nodeId, older] of fresh) {
      for (const node of older) {
        this.byId.set(node.node_exec_id, node);
        if (isOutput(node)) this.counted.add(node.node_exec_id);
      }
      const group = this.#groupOf(nodeId);
      group.putFirst(older);
      this.changed.add(group);
    }
    this.#noteOldest(nodes);
    this.onChange();
  }

  /** @param {NodeExecution[]} nodes one after the other */
  #noteOldest(nodes) {
    if (nodes.length) this.oldestSeq = Math.min(this.oldestSeq, seqOf(nodes[0].node_exec_id));
  }

  /**
   * Takes events in their order. Those that the loaded run shows already change nothing.
   * @param {import("./live.js").Delta[]} deltas
   * @returns {boolean} false where something is missing in between: then the run has to be loaded anew
   */
  applyEvents(deltas) {
    let isWhole = true;
    for (const delta of deltas) {
      const isRun = delta.event_type === "graph_execution_update";
      isWhole = (isRun ? this.#applyRun(delta) : this.#applyNode(delta)) && isWhole;
    }
    this.onChange();
    return isWhole;
  }

  /** @param {import("./live.js").Delta} delta */
  #applyRun(delta) {
    const run = this.run;
    if (!run || (hasEnded(run.status) && !hasEnded(delta.status))) return false;
    if (statusRank(delta.status) >= statusRank(run.status)) {
      run.status = delta.status;
      run.started_at = delta.started_at ?? run.started_at;
      run.ended_at = delta.ended_at ?? run.ended_at;
      run.stats = delta.stats ?? run.stats;
    }
    return this.#addOutputs(run, (run.outputs ??= {}), delta);
  }

  /** @param {import("./live.js").Delta} delta */
  #applyNode(delta) {
    const known = this.byId.get(delta.node_exec_id);
    const execution = known ?? newExecution(delta, this.run?.graph_id);
    const isNews = !known || statusRank(delta.status) >= statusRank(known.status);
    const before = known?.status ?? null;
    if (isNews) {
      execution.status = delta.status;
      execution.start_time = delta.started_at ?? execution.start_time;
      execution.end_time = delta.ended_at ?? execution.end_time;
      if (delta.input_data) this.#takeInputs(execution, delta.input_data);
      execution.cost = delta.cost ?? execution.cost;
    }
    // Older than what is here: what it gave is loaded when somebody looks at it.
    const isOlder = this.oldestSeq < Infinity && seqOf(delta.node_exec_id) < this.oldestSeq;
    if (!known && isOlder && delta.outputs_from > 0) execution.is_brief = true;
    const isWhole = this.#addOutputs(execution, execution.output_data, delta);
    if (isNews || delta.outputs) this.#note(execution, before);
    return isWhole;
  }

  /** @param {import("./live.js").Progress} progress of a node that has not ended */
  showProgress({ node_exec_id: id, text }) {
    const execution = this.byId.get(id);
    const group = execution && this.groups.get(execution.node_id);
    if (!group || hasEnded(execution.status)) return;
    execution.progress = text;
    this.changed.add(group);
    this.onChange();
  }

  /** @param {NodeExecution} execution @param {Record<string, any>} inputs */
  #takeInputs(execution, inputs) {
    const isNew = !Object.keys(execution.input_data).length;
    execution.is_brief ||= isNew && this.leftChars <= 0;
    if (execution.is_brief) return;
    if (isNew) for (const value of Object.values(inputs)) this.leftChars -= charsOf(value);
    execution.input_data = inputs;
  }

  /**
   * Adds the outputs that are not here yet. What does not fit any more is counted: what is here is always the beginning.
   * @param {{n_outputs?: number, is_brief?: boolean}} holder @param {Record<string, any[]>} pins its outputs @param {import("./live.js").Delta} delta
   * @returns {boolean} false where earlier ones are missing
   */
  #addOutputs(holder, pins, { outputs = [], outputs_from: from = 0 }) {
    const here = countValues(pins);
    const known = holder.n_outputs ?? here;
    if (from > known && !holder.is_brief) return false;
    let isAll = known === here && from <= known;
    for (const [pin, value] of outputs.slice(Math.max(0, known - from))) {
      isAll &&= this.leftChars > 0;
      if (isAll) this.#addValue(pins, pin, value);
    }
    const total = Math.max(known, from + outputs.length);
    holder.n_outputs = isAll ? undefined : total;
    return true;
  }

  /** @param {Record<string, any[]>} pins @param {string} pin @param {any} value */
  #addValue(pins, pin, value) {
    this.leftChars -= charsOf(value);
    // Not pins[pin] ??= []: a pin may be called __proto__.
    if (!Object.hasOwn(pins, pin)) Object.defineProperty(pins, pin, { value: [], enumerable: true, writable: true });
    pins[pin].push(value);
  }

  /** @param {NodeExecution} row of the REST API, which has all but may show less of it */
  #putNode(row) {
    const known = this.byId.get(row.node_exec_id);
    if (!known) return this.#note(row, null);
    const { status: before, input_data, output_data } = known;
    const here = countValues(output_data);
    const total = row.n_outputs ?? countValues(row.output_data);
    const keepsInputs = row.is_brief && !known.is_brief && Object.keys(input_data).length > 0;
    Object.assign(known, { is_brief: undefined, n_outputs: undefined }, row);
    if (keepsInputs) known.input_data = input_data;
    if (here > countValues(row.output_data)) Object.assign(known, { output_data, n_outputs: here < total ? total : undefined });
    if (keepsInputs && here >= total) known.is_brief = undefined;
    this.#note(known, before);
  }

  /**
   * What an Output node is given is an output of the run at once; the run's own events tell it at its end.
   * @param {NodeExecution} execution
   */
  #takeOutput(execution) {
    const name = this.outputNames.get(execution.node_id);
    if (!this.run || name === undefined || !isOutput(execution) || this.counted.has(execution.node_exec_id)) return;
    this.counted.add(execution.node_exec_id);
    const from = this.run.n_outputs ?? countValues((this.run.outputs ??= {}));
    this.#addOutputs(this.run, this.run.outputs ?? {}, { outputs: [[name, execution.input_data.value]], outputs_from: from });
  }

  /** @param {NodeExecution} execution @param {Status|null} before */
  #note(execution, before) {
    this.#takeOutput(execution);
    this.byId.set(execution.node_exec_id, execution);
    const group = this.#groupOf(execution.node_id);
    group.note(execution, before);
    this.changed.add(group);
  }

  /** @param {string} nodeId @returns {NodeGroup} */
  #groupOf(nodeId) {
    let group = this.groups.get(nodeId);
    if (!group) this.groups.set(nodeId, (group = new NodeGroup(nodeId)));
    return group;
  }

  /** @returns {NodeExecution[]} in the order in which they came up */
  failures() {
    const failed = [...this.groups.values()].filter((group) => group.countOf("FAILED"));
    return failed.flatMap((group) => group.list.filter((execution) => execution.status === "FAILED"));
  }

  /** @returns {number} node executions without those that still wait for inputs */
  get startedExecutions() {
    let waiting = 0;
    for (const group of this.groups.values()) waiting += group.countOf("INCOMPLETE");
    return this.byId.size - waiting;
  }

  /** @returns {number} nodes whose executions have all ended */
  get endedNodes() {
    let ended = 0;
    for (const group of this.groups.values()) if (hasEnded(group.status)) ended += 1;
    return ended;
  }
}

/** @param {import("./live.js").Delta} delta @param {string} [graphId] @returns {NodeExecution} */
function newExecution(delta, graphId) {
  return {
    graph_id: graphId,
    graph_exec_id: delta.graph_exec_id,
    node_exec_id: delta.node_exec_id,
    node_id: delta.node_id,
    block_id: delta.block_id ?? "",
    status: delta.status,
    input_data: {},
    output_data: {},
    add_time: "",
    queue_time: null,
    start_time: null,
    end_time: null,
  };
}

/** @param {Record<string, any[]>} pins @returns {number} */
function countValues(pins) {
  let count = 0;
  for (const name in pins) count += pins[name].length;
  return count;
}

/** @param {any} value @returns {number} what it roughly takes */
function charsOf(value) {
  if (value instanceof CutValue) return value.head.length + 200;
  return 20 + (typeof value === "object" ? jsonSize(value, 100_000) : String(value).length);
}

/** @param {NodeExecution} execution of an Output node @returns {boolean} whether what it was given counts */
function isOutput(execution) {
  return execution.status !== "INCOMPLETE" && Object.hasOwn(execution.input_data ?? {}, "value");
}

/** @param {number} a @param {number} b */
function least(a, b) {
  return Number.isNaN(a) || b < a ? b : a;
}

/** @param {number} a @param {number} b */
function greatest(a, b) {
  return Number.isNaN(a) || b > a ? b : a;
}
