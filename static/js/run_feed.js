/** Keeps a RunState up to date: from the REST API first, then from the WebSocket, from REST alone while that is lost. */

import { getNodesBefore, getRun, seqOf } from "./api/values.js";
import { oneByOne } from "./in_order.js";
import { LiveRun } from "./live.js";

/** @typedef {import("./run_state.js").RunState} RunState */

/**
 * @typedef {Object} TreeListener
 * @property {(deltas: import("./live.js").Delta[]) => void} onEvents of the other runs of the tree
 * @property {() => void} onGap they have to be loaded anew
 * @property {() => void} onReview somewhere a node began or ceased to wait for a person
 */

const POLL_MS = 2000;

const GAP_RELOAD_MS = 1000;

/** Node executions that come by themselves; more of them on demand. */
export const MOST_NODES = 10_000;

export class RunFeed {
  /**
   * @param {string} graphId @param {string} runId @param {RunState} state @param {(isLive: boolean) => void} onConnection
   * @param {TreeListener} [tree] told of the other runs of the tree
   */
  constructor(graphId, runId, state, onConnection, tree) {
    this.tree = tree;
    this.graphId = graphId;
    this.runId = runId;
    this.state = state;
    this.onConnection = onConnection;
    this.isLive = true;
    this.loadedAt = 0;
    this.isClosed = false;
    /** @type {import("./live.js").Delta[]|null} events that wait for the run to be loaded; null: nothing loads */
    this.held = null;
    this.isKnown = true;
    /** @type {LiveRun|null} */
    this.live = null;
  }

  /** Begins to follow the run. */
  start() {
    const listener = {
      onEvents: (/** @type {import("./live.js").Delta[]} */ deltas) => this.#share(deltas),
      onProgress: (/** @type {import("./live.js").Progress} */ progress) => this.state.showProgress(progress),
      onGap: () => this.#reloadAll(),
      onState: (/** @type {"live"|"lost"} */ state) => this.#noteConnection(state === "live"),
      onReview: () => this.tree?.onReview(),
    };
    this.live = new LiveRun(this.runId, listener, this.tree !== undefined);
    this.poll = setInterval(() => (this.isLive && this.isKnown) || this.#reloadAll(), POLL_MS);
  }

  stop() {
    this.live?.close();
    this.live = null;
    clearInterval(this.poll);
  }

  /** The page is left: nothing is loaded any more. */
  close() {
    this.isClosed = true;
    this.stop();
  }

  /** Loads the run anew; events that come in meanwhile are applied after it. */
  reload = oneByOne(async () => {
    this.held = [];
    this.loadedAt = Date.now();
    try {
      const run = await getRun(this.graphId, this.runId);
      this.state.load(run);
      // Not before the rest is there: an older row must not undo what an event has told.
      const [first] = run.node_executions ?? [];
      if (first) await this.loadOlder(seqOf(first.node_exec_id), MOST_NODES - (run.node_executions?.length ?? 0));
      this.state.applyEvents(this.held);
      this.isKnown = true;
    } catch {
      this.isKnown = false; // the page says where the connection is lost; the poll loads again
    } finally {
      this.held = null;
    }
  });

  /** @param {number} beforeSeq @param {number} most node executions */
  async loadOlder(beforeSeq, most = MOST_NODES) {
    for (let before = beforeSeq, left = most; before > 1 && left > 0 && !this.isClosed;) {
      const nodes = await getNodesBefore(this.graphId, this.runId, before);
      if (!nodes.length) return;
      this.state.loadOlder(nodes);
      before = seqOf(nodes[0].node_exec_id);
      left -= nodes.length;
    }
  }

  #reloadAll() {
    this.tree?.onGap();
    void this.reload();
  }

  /** @param {import("./live.js").Delta[]} deltas of the run and of its tree */
  #share(deltas) {
    const own = deltas.filter((delta) => delta.graph_exec_id === this.runId);
    if (own.length) this.#take(own);
    if (own.length < deltas.length) this.tree?.onEvents(deltas.filter((delta) => delta.graph_exec_id !== this.runId));
  }

  /** @param {import("./live.js").Delta[]} deltas */
  #take(deltas) {
    if (this.held) this.held.push(...deltas);
    else if (!this.state.applyEvents(deltas) && Date.now() - this.loadedAt > GAP_RELOAD_MS) void this.reload();
  }

  /** @param {boolean} isLive */
  #noteConnection(isLive) {
    this.isLive = isLive;
    this.onConnection(isLive);
  }
}
