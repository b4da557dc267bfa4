/** Runs the agent from the builder and lays what happens over the canvas. */

import { executeGraph, stopExecution } from "../api.js";
import { isNote } from "../names.js";
import { RunFeed } from "../run_feed.js";
import { RunState } from "../run_state.js";
import { hasEnded } from "../status.js";
import { toastError } from "../toast.js";
import { saveVersion } from "./save.js";
import { t } from "../messages.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("../types.js").GraphExecution} GraphExecution */
/** @typedef {{id: string, run: GraphExecution, ended: number, nodes: number, isLive: boolean, tick: number}} RunView */
/** @typedef {{status: import("../types.js").Status|null, count: number, tookMs: number, error: string}} NodeView */

const SHOW_EVERY_MS = 100;

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
    this.nodeCount = 0;
    this.timer = 0;
  }

  get isRunning() {
    const { run } = this.builder.state;
    return run !== null && !hasEnded(run.run.status);
  }

  /** Saves what has changed, then asks for the inputs, or starts at once where there are none. */
  async begin() {
    const { builder } = this;
    if (this.isRunning || !(await saveVersion(builder)) || !builder.saved) return;
    const { input_schema: inputs, credentials_input_schema: keys } = builder.saved;
    const asks = Object.keys(inputs?.properties ?? {}).length + Object.keys(keys?.properties ?? {}).length > 0;
    builder.set({ panel: { kind: "run" } });
    if (asks) return;
    await this.start({}, {}).catch((error) => toastError(error, t("It was not started")));
  }

  /** @param {Record<string, any>} inputs @param {Record<string, any>} credentials */
  async start(inputs, credentials) {
    const graph = this.builder.saved;
    if (!graph) return;
    const runId = await executeGraph(graph, inputs, credentials);
    this.follow(graph, runId, this.builder.localIds);
    dispatchEvent(new Event("runs-changed"));
  }

  /** @param {import("../types.js").Graph} graph @param {string} runId @param {Map<string, string>} localIds */
  follow(graph, runId, localIds) {
    this.close();
    const { catalog } = this.builder;
    const nodes = (graph.nodes ?? []).filter((node) => !isNote(catalog.get(node.block_id)));
    const outputs = nodes.filter((node) => catalog.get(node.block_id)?.uiType === "Output");
    const names = new Map(outputs.map((node) => [node.id, String(node.input_default?.name)]));
    const state = new RunState(names, () => this.#showSoon());
    Object.assign(this, { state, graph, localIds, nodeCount: nodes.length });
    const run = {
      id: runId,
      graph_id: graph.id,
      graph_version: graph.version,
      status: "QUEUED",
      started_at: null,
      ended_at: null,
    };
    this.builder.set({ runNodes: {} });
    this.feed = new RunFeed(graph.id, runId, state, (isLive) => this.#patch({ isLive }));
    state.load(/** @type {any} */ (run));
    this.#show();
    this.feed.start();
  }

  async stop() {
    const { run } = this.builder.state;
    if (!run || !this.isRunning) return;
    await stopExecution(run.run.graph_id, run.id).catch((error) => toastError(error, t("Stop")));
    await this.feed?.reload();
  }

  close() {
    this.feed?.stop();
    clearTimeout(this.timer);
    Object.assign(this, { timer: 0, feed: null });
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
    for (const group of state.takeChanged()) {
      const id = this.localIds.get(group.nodeId);
      if (id) runNodes[id] = nodeView(group);
    }
    const before = this.builder.state.run;
    const shown = { id: state.run.id, run: { ...state.run }, ended: state.endedNodes, nodes: this.nodeCount };
    this.builder.set({ runNodes, run: { ...shown, isLive: before?.isLive ?? true, tick: (before?.tick ?? 0) + 1 } });
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

/** @param {import("../run_state.js").NodeGroup} group @returns {NodeView} */
function nodeView(group) {
  const failed = group.list.findLast((one) => one.status === "FAILED");
  const error = failed?.output_data?.error?.at(-1);
  const begun = group.list.length - group.countOf("INCOMPLETE");
  const last = group.list.findLast((one) => one.status !== "INCOMPLETE");
  const tookMs = last ? (last.endMs ?? NaN) - (last.startMs ?? NaN) : NaN;
  return {
    status: group.status,
    count: begun,
    tookMs,
    error: typeof error === "string" ? error : error ? JSON.stringify(error) : "",
  };
}
