/** The server's REST API. Every failure becomes an ApiError with a sentence for people. */

import { forgetToken, sessionHeaders } from "./session.js";
import { t } from "./messages.js";

/** @typedef {import("./types.js").Graph} Graph */
/** @typedef {import("./types.js").Block} Block */
/** @typedef {import("./types.js").GraphExecution} GraphExecution */

/** What the server (or the way to it) refused. `status` is 0 where no answer came. */
export class ApiError extends Error {
  /** @param {number} status @param {string} message @param {any} [detail] @param {string|null} [hint] */
  constructor(status, message, detail = null, hint = null) {
    super(message);
    this.status = status;
    this.detail = detail;
    this.hint = hint;
  }

  /** @returns {Record<string, Record<string, string>>} {node id: {field: message}} of a refused graph or start */
  get nodeErrors() {
    return this.detail?.node_errors ?? {};
  }
}

/** Told once a request is answered with 401, with the ways in that the server has. @type {(ways: string[]) => void} */
let onLoggedOut = () => {};

/** @param {(ways: string[]) => void} listener */
export function setLoggedOutListener(listener) {
  onLoggedOut = listener;
}

let onUnreachable = () => {};

/** @param {() => void} listener told when a request got no answer at all */
export function setUnreachableListener(listener) {
  onUnreachable = listener;
}

let clockOffsetMs = 0;

/** The server's time, for durations of what still runs: another machine's clock may differ. @returns {number} */
export function serverNow() {
  return Date.now() + clockOffsetMs;
}

/**
 * A request as the one who is logged in; what is not of everybody stands in api/, a file a noun. Throws ApiError.
 * @param {string} method @param {string} path @param {any} [body] @returns {Promise<any>}
 */
export async function request(method, path, body) {
  const headers = /** @type {Record<string, string>} */ ({ Accept: "application/json", ...sessionHeaders() });
  if (method !== "GET") headers["Content-Type"] = "application/json";
  const text = body === undefined ? undefined : JSON.stringify(body);
  // What is deleted while the page is left has to arrive.
  const response = await ask(path, { method, headers, body: text, keepalive: method === "DELETE" });
  return response.status === 204 ? null : response.json().catch(() => null);
}

/** A file, which the browser keeps outside of the page's memory where it is large. Throws ApiError. @param {string} path @returns {Promise<Blob>} */
export async function requestFile(path) {
  const response = await ask(path, { headers: sessionHeaders() });
  return response.blob().catch(() => {
    throw new ApiError(0, t("The connection broke off before everything was there."), null, t("Try it again."));
  });
}

/** @param {string} path @param {RequestInit} init @returns {Promise<Response>} of a success */
async function ask(path, init) {
  const response = await fetch(path, init).catch(() => {
    onUnreachable();
    throw new ApiError(0, t("The server does not answer."), null, t("Is it still running? Start it with `autogpt-lite serve`."));
  });
  noteServerTime(response);
  if (!response.ok) throw await readError(response);
  return response;
}

/** @param {Response} response */
function noteServerTime(response) {
  const offset = Date.parse(response.headers.get("Date") ?? "") - Date.now();
  // The header has whole seconds: a smaller difference means nothing.
  if (Number.isFinite(offset)) clockOffsetMs = Math.abs(offset) > 2000 ? offset : 0;
}

/** @param {Response} response @returns {Promise<ApiError>} */
async function readError(response) {
  const body = await response.json().catch(() => ({}));
  const detail = typeof body.detail === "string" ? null : body.detail;
  const message =
    body.message ||
    (typeof body.detail === "string" && body.detail) ||
    t("The server answered {status}.", { status: response.status });
  if (response.status === 401) {
    forgetToken();
    onLoggedOut(detail?.ways_in ?? []);
  }
  return new ApiError(response.status, message, detail, body.hint);
}

/** Ends this browser's session. */
export const logOut = () => request("POST", "/api/auth/logout").finally(forgetToken);

/** @param {string} code from the mail to a new address @returns {Promise<{email: string}>} the user */
export const verifyEmail = (code) => request("POST", "/api/auth/user/email/verify", { code });

/** @returns {Promise<import("./types.js").GraphPins[]>} all agents of the user, newest first: what they take and give */
export const listGraphPins = () => request("GET", "/api/graphs/pins");

/** @returns {Promise<{id: string, name: string}[]>} the same, where their names are enough */
export const listGraphNames = () => request("GET", "/api/graphs/names");

/** @param {string} id @param {number} [version] @returns {Promise<Graph>} */
export const getGraph = (id, version) => request("GET", `/api/graphs/${id}${version ? `?version=${version}` : ""}`);

/** @param {string} id @returns {Promise<Graph>} without secrets and ids of people */
export const exportGraph = (id) => request("GET", `/api/graphs/${id}?for_export=true`);

/**
 * @param {any} graph @param {"builder"|"upload"} [source] an upload comes from a file
 * @param {boolean} [keepsUnknown] nodes of blocks that are not here come along, and do not run
 * @returns {Promise<Graph>}
 */
export const createGraph = (graph, source = "builder", keepsUnknown = false) =>
  request("POST", "/api/graphs", { graph, source, allow_missing_blocks: keepsUnknown });

/** @param {any} graph with its id @returns {Promise<Graph>} the next version */
export const updateGraph = (graph) => request("PUT", `/api/graphs/${graph.id}`, graph);

/** @param {string} id */
export const deleteGraph = (id) => request("DELETE", `/api/graphs/${id}`);

/**
 * @param {Graph} graph @param {Record<string, any>} inputs @param {Record<string, any>} credentials
 * @param {Record<string, any>} pins outputs of nodes that must not run, by node id
 * @param {Record<string, number>|null} [limits] of this run
 * @returns {Promise<string>} the run's id
 */
export async function executeGraph(graph, inputs, credentials = {}, pins = {}, limits = null) {
  const body = { inputs, credentials_inputs: credentials, pinned_outputs: pins, limits };
  const answer = await request("POST", `/api/graphs/${graph.id}/execute/${graph.version}`, body);
  return answer.graph_exec_id ?? answer.id;
}

/** @returns {Promise<GraphExecution[]>} the newest first; long inputs are left out */
export const listExecutions = async () => newestFirst(await request("GET", "/api/executions?brief=true"));

/** @param {string} graphId @returns {Promise<GraphExecution[]>} the newest first */
export const listGraphExecutions = async (graphId) =>
  newestFirst(await request("GET", `/api/graphs/${graphId}/executions?brief=true`));

/** @param {string} graphId @param {string} id */
export const stopExecution = (graphId, id) => request("POST", `/api/graphs/${graphId}/executions/${id}/stop`);

/** @param {string} id */
export const deleteExecution = (id) => request("DELETE", `/api/executions/${id}`);

/** @returns {Promise<Block[]>} */
export const listBlocks = () => request("GET", "/api/blocks");

/** @returns {Promise<string|null>} a ticket for one WebSocket, null where no login is needed */
export const createWsTicket = () =>
  request("POST", "/api/ws-ticket").then(
    (answer) => answer?.ticket ?? null,
    (error) => {
      if (error.status === 404) return null;
      throw error;
    },
  );

/** @param {GraphExecution[]} runs @returns {GraphExecution[]} */
function newestFirst(runs) {
  const startedAt = (/** @type {GraphExecution} */ run) => (run.started_at ? Date.parse(run.started_at) : Infinity);
  // One that is still queued has no start yet and stands on top. Two of these keep the server's order.
  return runs
    .map((run) => ({ run, at: startedAt(run) }))
    .sort((a, b) => (a.at === b.at ? 0 : b.at - a.at))
    .map(({ run }) => run);
}
