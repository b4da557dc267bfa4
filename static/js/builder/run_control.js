/** Runs the agent from the builder and lays what happens over the canvas. */

import { stopExecution } from "../api.js";
import { isNote } from "../names.js";
import { RunFeed } from "../run_feed.js";
import { RunState } from "../run_state.js";
import { hasEnded } from "../status.js";
import { toastError } from "../toast.js";
import { valueWords } from "../value_line.js";
import { savedPins } from "./pinned_outputs.js";
import { isOff } from "./switch_off.js";
import { saveVersion } from "./save.js";
import { startGraph } from "../start_run.js";
import { t } from "../messages.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("../types.js").GraphExecution} GraphExecution */
/** @typedef {{id: string, run: GraphExecution, ended: number, nodes: number, isLive: boolean, tick: number}} RunView */
/** @typedef {{status: import("../types.js").Status|null, count: number, startMs: number, tookMs: number, error: string, isReplayed: boolean, progress: string, there: number, ended: number}} NodeView
 * `startMs` of the execution that runs, `there`: how many inputs the oldest one has that waits for more */

const SHOW_EVERY_MS = 100;
/** More executions of a node are not counted through ten times a second. */
const MOST_COUNTED = 2000;

export class RunControl {
  /** @param {Builder} builder */
  constructor(builder) {
    this.builder = builder;
    /** @type {RunState|null} */
    this.state = null;
    /** @type {RunFeed|null} */
    this.feed = null;
    /** Ids of the run's nodes as the draft has them. @type {Map<string, string>} */
    this.localIds = new Map();
    /** Nodes that give recorded outputs instead of being called. @type {Set<string>} */
    this.replayed = new Set();
    /** The nodes that show, where only a part runs. @type {Set<string>|null} */
    this.only = null;
    this.nodeCount = 0;
    /** Whether values are shown on their way: not of a run that has ended long ago. */
    this.isFollowed = false;
    this.timer = 0;
    this.isStarting = false;
  }

  get isRunning() {
    const { run } = this.builder.state;
    return run !== null && !hasEnded(run.run.status);
  }

  /** A second press while the first is on its way starts nothing. @param {() => Promise<any>} work */
  async startOnce(work) {
    if (this.isStarting) return;
    this.isStarting = true;
    try {
      await work();
    } finally {
      this.isStarting = false;
    }
  }

  /** Saves what has changed, then asks for the inputs, or starts at once where there are none. @param {boolean} [withPins] */
  async begin(withPins = false) {
    const { builder } = this;
    if (this.isRunning || !(await saveVersion(builder)) || !builder.saved) return;
    const { input_schema: inputs, credentials_input_schema: keys } = builder.saved;
    const asks = Object.keys(inputs?.properties ?? {}).length + Object.keys(keys?.properties ?? {}).length > 0;
    builder.set({ panel: { kind: "run", withPins } });
    if (asks) return;
    await this.start({}, {}, withPins).catch((error) => toastError(error, t("It was not started")));
  }

  /** @param {Record<string, any>} inputs @param {Record<string, any>} credentials @param {boolean} [withPins] pinned nodes are not called */
  start(inputs, credentials, withPins = false) {
    return this.startOnce(() => this.#start(inputs, credentials, withPins));
  }

  /** @param {Record<string, any>} inputs @param {Record<string, any>} credentials @param {boolean} withPins */
  async #start(inputs, credentials, withPins) {
    const { saved: graph, localIds } = this.builder;
    if (!graph) return;
    const pins = withPins ? savedPins(this.builder) : {};
    const runId = await startGraph(graph, inputs, credentials, pins);
    if (!runId) return;
    this.follow(graph, runId, localIds, { replayed: new Set(Object.keys(pins).map((id) => localIds.get(id) ?? id)) });
  }

  /**
   * Lays a run over the canvas, live. `replayed` nodes give recorded outputs; where there is `only`, no others show.
   * @param {import("../types.js").Graph} graph @param {string} runId @param {Map<string, string>} localIds
   * @param {{replayed?: Set<string>, only?: Set<string>|null}} [part]
   */
  follow(graph, runId, localIds, { replayed = new Set(), only = null } = {}) {
    this.close();
    const { catalog } = this.builder;
    const nodes = (graph.nodes ?? []).filter((node) => !isNote(catalog.get(node.block_id)) && !isOff(node));
    const outputs = nodes.filter((node) => catalog.get(node.block_id)?.uiType === "Output");
    const names = new Map(outputs.map((node) => [node.id, String(node.input_default?.name)]));
    const state = new RunState(names, () => this.#showSoon());
    Object.assign(this, { state, graph, localIds, replayed, only, nodeCount: only?.size ?? nodes.length });
    const run = {
      id: runId,
      graph_id: graph.id,
      graph_version: graph.version,
      status: "QUEUED",
      started_at: null,
      ended_at: null,
    };
    this.isFollowed = true;
    this.builder.set({ runNodes: {}, pinCounts: {} });
    this.feed = new RunFeed(graph.id, runId, state, (isLive) => this.#patch({ isLive }));
    state.load(/** @type {any} */ (run));
    this.#show();
    this.feed.start();
  }

  /** Lays a run over the canvas that has ended. @param {import("../types.js").Graph} graph @param {GraphExecution} run @param {Map<string, string>} localIds */
  async layOver(graph, run, localIds) {
    this.follow(graph, run.id, localIds);
    this.isFollowed = false;
    await this.feed?.reload();
    this.#show();
  }

  async stop() {
    const { run } = this.builder.state;
    if (!run || !this.isRunning) return;
    await stopExecution(run.run.graph_id, run.id).catch((error) => toastError(error, t("Stop")));
    await this.feed?.reload();
  }

  close() {
    this.feed?.close();
    clearTimeout(this.timer);
    Object.assign(this, { timer: 0, feed: null });
  }

  /** The canvas as it is without a run. */
  hide() {
    this.close();
    this.state = null;
    this.builder.set({ run: null, runNodes: {} });
  }

  /** @param {string} localId @returns {import("../run_state.js").NodeGroup|undefined} */
  groupOf(localId) {
    for (const [saved, local] of this.localIds) if (local === localId) return this.state?.groups.get(saved);
    return undefined;
  }

  #showSoon() {
    if (!this.timer) this.timer = setTimeout(() => this.#show(), SHOW_EVERY_MS);
  }

  /** @param {Partial<RunView>} change */
  #patch(change) {
    const { run } = this.builder.state;
    if (run) this.builder.set({ run: { ...run, ...change } });
  }

  #show() {
    this.timer = 0;
    const { state } = this;
    if (!state?.run) return;
    const runNodes = { ...this.builder.state.runNodes };
    const pinCounts = { ...this.builder.state.pinCounts };
    for (const group of state.takeChanged()) {
      const id = this.localIds.get(group.nodeId);
      if (!id || !(this.only?.has(id) ?? true)) continue;
      runNodes[id] = nodeView(group, this.replayed.has(id));
      if (group.list.length <= MOST_COUNTED) pinCounts[id] = countValues(group);
    }
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

  /** What the events leave out (exact times, above all) comes from one last load. */
  async #finish() {
    const feed = this.feed;
    this.feed = null;
    feed?.stop();
    dispatchEvent(new Event("runs-changed"));
    await feed?.reload();
  }
}

/** @param {import("../run_state.js").NodeGroup} group @returns {Record<string, number>} values by pin */
function countValues(group) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { output_data } of group.list)
    for (const [pin, values] of Object.entries(output_data)) counts.set(pin, (counts.get(pin) ?? 0) + values.length);
  return Object.fromEntries(counts);
}

/** @param {import("../run_state.js").NodeGroup} group @returns {number} */
function endedOf(group) {
  return group.countOf("COMPLETED") + group.countOf("FAILED") + group.countOf("TERMINATED");
}

/** @param {import("../run_state.js").NodeGroup} group @param {boolean} isReplayed @returns {NodeView} */
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
    isReplayed,
    progress: (group.status === "RUNNING" && running?.progress) || "",
    error: error ? valueWords(error) : "",
  };
}
