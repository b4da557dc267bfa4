/** One run over the WebSocket, alone or with all of its tree, with reconnection: a lost connection resumes at the last event it had. */

import { createWsTicket } from "./api.js";
import { placeDeltaCuts } from "./cut_value.js";

/**
 * One change: of the run (event_type graph_execution_update) or of a node execution (node_execution_update). `outputs`
 * are only those that are new, [pin, value] each; `outputs_from` is the position of the first of them.
 * @typedef {Record<string, any>} Delta
 */

/** @typedef {{graph_exec_id: string, node_exec_id: string, node_id: string, text: string}} Progress */

/**
 * @typedef {Object} Listener
 * @property {(deltas: Delta[]) => void} onEvents
 * @property {(progress: Progress) => void} [onProgress] what a node shows while it works; the next one takes its place
 * @property {() => void} onGap events may be missing, so the run has to be loaded anew; also at the start, when none
 *   can be missed any more
 * @property {(state: "live"|"lost") => void} onState
 * @property {() => void} [onReview] somewhere a node began or ceased to wait for a person
 */

const HEARTBEAT_MS = 20_000;
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;

/** Follows a run until close() is called. */
export class LiveRun {
  /** @param {string} runId @param {Listener} listener @param {boolean} [withTree] also what the run has started, and what began it */
  constructor(runId, listener, withTree = false) {
    this.runId = runId;
    this.withTree = withTree;
    this.listener = listener;
    this.closed = false;
    this.waitMs = FIRST_WAIT_MS;
    /** @type {string|null} */
    this.epoch = null;
    this.sequence = 0;
    /** @type {WebSocket|null} */
    this.socket = null;
    void this.#connect();
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  async #connect() {
    try {
      const ticket = await createWsTicket();
      if (!this.closed) this.#open(ticket);
    } catch {
      this.#retryLater();
    }
  }

  /** @param {string|null} ticket */
  #open(ticket) {
    const url = new URL("/ws", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    if (ticket) url.searchParams.set("token", ticket);
    const socket = new WebSocket(url);
    this.socket = socket;
    let heartbeat = 0;
    socket.addEventListener("open", () => {
      this.#subscribe(socket);
      heartbeat = setInterval(() => socket.send('{"method":"heartbeat","data":"ping"}'), HEARTBEAT_MS);
    });
    socket.addEventListener("message", (message) => this.#receive(JSON.parse(message.data)));
    socket.addEventListener("close", () => {
      clearInterval(heartbeat);
      this.#retryLater();
    });
  }

  /** @param {WebSocket} socket */
  #subscribe(socket) {
    const resume = this.epoch === null ? {} : { epoch: this.epoch, after: this.sequence };
    const data = { graph_exec_id: this.runId, batch: true, ...(this.withTree && { tree: true }), ...resume };
    socket.send(JSON.stringify({ method: "subscribe_graph_execution", data }));
  }

  #retryLater() {
    if (this.closed) return;
    this.listener.onState("lost");
    this.timer = setTimeout(() => void this.#connect(), this.waitMs * (0.75 + Math.random() / 2));
    this.waitMs = Math.min(LONGEST_WAIT_MS, this.waitMs * 2);
  }

  /** @param {any} frame */
  #receive(frame) {
    if (frame.method === "events") this.#receiveEvents(frame.data);
    else if (frame.method === "node_execution_progress") this.listener.onProgress?.(frame.data);
    else if (frame.method === "subscribe_graph_execution" && frame.success) this.#subscribed(frame);
    else if (frame.method === "resync") this.#restart(frame);
    else if (frame.method === "notification" && frame.data?.type === "human_review") this.listener.onReview?.();
  }

  /** @param {Delta[]} deltas */
  #receiveEvents(deltas) {
    deltas.forEach(placeDeltaCuts);
    this.sequence = deltas[deltas.length - 1]?.sequence ?? this.sequence;
    this.listener.onEvents(deltas);
  }

  /** The first time nothing is known yet; later the server sends what was missed, or `resync`. @param {any} frame */
  #subscribed(frame) {
    this.waitMs = FIRST_WAIT_MS;
    this.listener.onState("live");
    if (this.epoch === null) this.#restart(frame);
  }

  /** @param {any} frame */
  #restart(frame) {
    this.epoch = frame.epoch ?? null;
    this.sequence = frame.sequence ?? 0;
    this.listener.onGap();
  }
}
