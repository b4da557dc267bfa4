/** Runs the agent from the builder, and has what happens laid over the canvas. */

import { stopExecution } from "../api.js";
import { hasEnded } from "../status.js";
import { toastError } from "../toast.js";
import { runOverlay, runStart, save } from "./parts.js";
import { t } from "../messages.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("../types.js").GraphExecution} GraphExecution */
/** @typedef {{id: string, run: GraphExecution, ended: number, nodes: number, isLive: boolean, tick: number}} RunView */
/** @typedef {{status: import("../types.js").Status|null, count: number, startMs: number, tookMs: number, error: string, isReplayed: boolean, progress: string, there: number, ended: number, expected: number}} NodeView
 * `startMs` of the execution that runs, `there`: how many inputs the oldest one has that waits for more,
 * `expected`: how often it will run (expected_runs.js) */
/**
 * @typedef {Object} Part
 * @property {Set<string>} [replayed] nodes that give recorded outputs instead of being called
 * @property {Set<string>|null} [only] the nodes that show, where only a part runs
 * @property {boolean} [isFollowed] whether values are shown on their way: not of a run that has ended long ago
 */

export class RunControl {
  /** @param {import("./hooks.js").Builder & {signal: AbortSignal}} builder */
  constructor(builder) {
    this.builder = builder;
    /** @type {import("./run_overlay.js").RunOverlay|null} */
    this.overlay = null;
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
    const { saveVersion } = await save();
    if (this.isRunning || !(await saveVersion(builder)) || !builder.saved) return;
    const { input_schema: inputs, credentials_input_schema: keys } = builder.saved;
    const asks = Object.keys(inputs?.properties ?? {}).length + Object.keys(keys?.properties ?? {}).length > 0;
    builder.set({ panel: { kind: "run", withPins } });
    if (asks) return;
    await this.start({}, {}, withPins).catch((error) => toastError(error, t("It was not started")));
  }

  /** @param {Record<string, any>} inputs @param {Record<string, any>} credentials @param {boolean} [withPins] pinned nodes are not called */
  start(inputs, credentials, withPins = false) {
    return this.startOnce(async () => (await runStart()).startRun(this, inputs, credentials, withPins));
  }

  /**
   * Lays a run over the canvas, live.
   * @param {import("../types.js").Graph} graph @param {string} runId @param {Map<string, string>} localIds @param {Part} [part]
   */
  async follow(graph, runId, localIds, part = {}) {
    const { RunOverlay } = await runOverlay();
    if (this.builder.signal.aborted) return; // the page was left meanwhile
    this.close();
    this.overlay = new RunOverlay(this.builder, graph, runId, localIds, part);
  }

  /** Lays a run over the canvas that has ended. @param {import("../types.js").Graph} graph @param {GraphExecution} run @param {Map<string, string>} localIds */
  async layOver(graph, run, localIds) {
    await this.follow(graph, run.id, localIds, { isFollowed: false });
    await this.overlay?.reload();
  }

  async stop() {
    const { run } = this.builder.state;
    if (!run || !this.isRunning) return;
    await stopExecution(run.run.graph_id, run.id).catch((error) => toastError(error, t("Stop")));
    await this.overlay?.reload();
  }

  close() {
    this.overlay?.close();
  }

  /** The canvas as it is without a run. */
  hide() {
    this.close();
    this.overlay = null;
    this.builder.set({ run: null, runNodes: {} });
  }

  /** @param {string} localId @returns {import("../run/node_group.js").NodeGroup|undefined} */
  groupOf(localId) {
    return this.overlay?.groupOf(localId);
  }
}
