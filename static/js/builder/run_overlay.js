/** A run over the canvas: what its nodes do, live while it goes on. */

import { isNote, isOff } from "../names.js";
import { RunFeed } from "../run_feed.js";
import { RunState } from "../run_state.js";
import { hasEnded } from "../status.js";
import { valueWords } from "../value_line.js";
import { expectedRuns, linksInto } from "./expected_runs.js";
import { linksOfRun } from "./switch_off.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("./run_control.js").RunView} RunView */
/** @typedef {import("./run_control.js").NodeView} NodeView */

const SHOW_EVERY_MS = 100;
/** More executions of a node are not counted through ten times a second. */
const MOST_COUNTED = 2000;

export class RunOverlay {
  /**
   * @param {Builder} builder @param {import("../types.js").Graph} graph in the version that runs @param {string} runId
   * @param {Map<string, string>} localIds of its nodes, as the draft has them @param {import("./run_control.js").Part} part
   */
  constructor(builder, graph, runId, localIds, { replayed = new Set(), only = null, isFollowed = true }) {
    this.builder = builder;
    this.localIds = localIds;
    this.replayed = replayed;
    this.only = only;
    this.isFollowed = isFollowed;
    this.timer = 0;
    /** Whether another one is over the canvas, or none: what still comes in for this one is not shown. */
    this.isClosed = false;
    const { catalog } = builder;
    const { links, cutOff } = linksOfRun(/** @type {any} */ (graph), catalog);
    const local = (/** @type {string} */ id) => localIds.get(id) ?? id;
    this.into = linksInto(links.map((link) => ({ ...link, source_id: local(link.source_id), sink_id: local(link.sink_id) })));
    const runs = (/** @type {import("../types.js").GraphNode} */ node) => !isOff(node) && !cutOff.has(node.id);
    const nodes = (graph.nodes ?? []).filter((node) => !isNote(catalog.get(node.block_id)) && runs(node));
    const outputs = nodes.filter((node) => catalog.get(node.block_id)?.uiType === "Output");
    const names = new Map(outputs.map((node) => [node.id, String(node.input_default?.name)]));
    this.nodeCount = only?.size ?? nodes.length;
    this.state = new RunState(names, () => this.#showSoon());
    builder.set({ runNodes: {}, pinCounts: {} });
    /** @type {RunFeed|null} null once the run has ended */
    this.feed = new RunFeed(graph.id, runId, this.state, (isLive) => this.#patch({ isLive }));
    this.state.load(/** @type {any} */ (queuedRun(graph, runId)));
    this.#show();
    this.feed.start();
  }

  /** Loads the run anew, and shows it. */
  async reload() {
    await this.feed?.reload();
    this.#show();
  }

  close() {
    this.isClosed = true;
    this.feed?.close();
    clearTimeout(this.timer);
  }

  /** @param {string} localId @returns {import("../run/node_group.js").NodeGroup|undefined} */
  groupOf(localId) {
    for (const [saved, local] of this.localIds) if (local === localId) return this.state.groups.get(saved);
    return undefined;
  }

  #showSoon() {
    if (!this.timer && !this.isClosed) this.timer = setTimeout(() => this.#show(), SHOW_EVERY_MS);
  }

  /** @param {Partial<RunView>} change */
  #patch(change) {
    const { run } = this.builder.state;
    if (run && !this.isClosed) this.builder.set({ run: { ...run, ...change } });
  }

  #show() {
    this.timer = 0;
    const { state } = this;
    if (!state.run || this.isClosed) return;
    const runNodes = { ...this.builder.state.runNodes };
    const pinCounts = { ...this.builder.state.pinCounts };
    for (const group of state.takeChanged()) {
      const id = this.localIds.get(group.nodeId);
      if (!id || !(this.only?.has(id) ?? true)) continue;
      runNodes[id] = nodeView(group, this.replayed.has(id));
      if (group.list.length <= MOST_COUNTED) pinCounts[id] = countValues(group);
    }
    this.#expect(runNodes, pinCounts);
    const before = this.builder.state.run;
    const ended = this.only ? [...this.only].filter((id) => hasEnded(runNodes[id]?.status)).length : state.endedNodes;
    const shown = { id: state.run.id, run: { ...state.run }, ended, nodes: this.nodeCount };
    this.builder.set({
      runNodes,
      pinCounts,
      run: { ...shown, isLive: before?.isLive ?? true, tick: (before?.tick ?? 0) + 1 },
    });
    if (hasEnded(state.run.status) && this.feed) void this.#finish();
  }

  /** What nodes that go on are still going to do. @param {Record<string, NodeView>} runNodes @param {Record<string, Record<string, number>>} pinCounts */
  #expect(runNodes, pinCounts) {
    const known = new Map();
    for (const [id, node] of Object.entries(runNodes)) {
      if (node.status !== "RUNNING") continue;
      const expected = expectedRuns(id, this.into, runNodes, pinCounts, known);
      if (expected !== node.expected) runNodes[id] = { ...node, expected };
    }
  }

  /** What the events leave out (exact times, above all) comes from one last load. */
  async #finish() {
    const feed = this.feed;
    this.feed = null;
    feed?.stop();
    dispatchEvent(new Event("runs-changed"));
    await feed?.reload();
  }
}

/** @param {import("../types.js").Graph} graph @param {string} id */
function queuedRun(graph, id) {
  return { id, graph_id: graph.id, graph_version: graph.version, status: "QUEUED", started_at: null, ended_at: null };
}

/** @param {import("../run/node_group.js").NodeGroup} group @returns {Record<string, number>} values by pin */
function countValues(group) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { output_data } of group.list)
    for (const [pin, values] of Object.entries(output_data)) counts.set(pin, (counts.get(pin) ?? 0) + values.length);
  return Object.fromEntries(counts);
}

/** @param {import("../run/node_group.js").NodeGroup} group @returns {number} */
function endedOf(group) {
  return group.countOf("COMPLETED") + group.countOf("FAILED") + group.countOf("TERMINATED");
}

/** @param {import("../run/node_group.js").NodeGroup} group @param {boolean} isReplayed @returns {NodeView} */
function nodeView(group, isReplayed) {
  const failed = group.list.findLast((one) => one.status === "FAILED");
  const error = failed?.output_data?.error?.at(-1);
  const begun = group.list.length - group.countOf("INCOMPLETE");
  const last = group.list.findLast((one) => one.status !== "INCOMPLETE");
  const tookMs = last ? (last.endMs ?? NaN) - (last.startMs ?? NaN) : NaN;
  const running = group.list.findLast((one) => one.status === "RUNNING");
  const waiting = group.status === "INCOMPLETE" ? group.list.find((one) => one.status === "INCOMPLETE") : null;
  return {
    status: group.status,
    count: begun,
    startMs: running?.startMs ?? NaN,
    tookMs,
    there: Object.keys(waiting?.input_data ?? {}).length,
    ended: endedOf(group),
    expected: begun,
    isReplayed,
    progress: (group.status === "RUNNING" && running?.progress) || "",
    error: error ? valueWords(error) : "",
  };
}
