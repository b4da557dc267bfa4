/** What is known of one run: its own row and its node executions, in groups by node. No elements in here. */

import { seqOf } from "./api/values.js";
import { timeMs } from "./format.js";
import { LiveValues, countValues, mergeRow } from "./run/live_values.js";
import { NodeGroup } from "./run/node_group.js";
import { hasEnded, statusRank } from "./status.js";

/** @typedef {import("./types.js").Graph} Graph */
/** @typedef {import("./types.js").GraphExecution} GraphExecution */
/** @typedef {import("./types.js").NodeExecution} NodeExecution */
/** @typedef {import("./types.js").Status} Status */

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
    this.values = new LiveValues();
    /** The number of the oldest execution that is here with all after it. */
    this.oldestSeq = Infinity;
  }

  /** @returns {number} credits that the run has cost by itself so far: its own sum is stored when it ends */
  get cost() {
    let known = 0;
    for (const group of this.groups.values()) known += group.cost;
    return Math.max(this.run?.stats?.cost ?? 0, known);
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
    return this.values.addOutputs(run, (run.outputs ??= {}), delta);
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
      if (delta.input_data) this.values.takeInputs(execution, delta.input_data);
      execution.cost = delta.cost ?? execution.cost;
      if (delta.error_code) execution.error_code = delta.error_code;
    }
    // Older than what is here: what it gave is loaded when somebody looks at it.
    const isOlder = this.oldestSeq < Infinity && seqOf(delta.node_exec_id) < this.oldestSeq;
    if (!known && isOlder && delta.outputs_from > 0) execution.is_brief = true;
    const isWhole = this.values.addOutputs(execution, execution.output_data, delta);
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

  /** @param {NodeExecution} row of the REST API, which has all but may show less of it */
  #putNode(row) {
    const known = this.byId.get(row.node_exec_id);
    if (!known) return this.#note(row, null);
    const before = known.status;
    mergeRow(known, row);
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
    this.values.addOutputs(this.run, this.run.outputs ?? {}, {
      outputs: [[name, execution.input_data.value]],
      outputs_from: from,
    });
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

/** @param {NodeExecution} execution of an Output node @returns {boolean} whether what it was given counts */
function isOutput(execution) {
  return execution.status !== "INCOMPLETE" && Object.hasOwn(execution.input_data ?? {}, "value");
}
