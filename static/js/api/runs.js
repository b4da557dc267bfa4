/** What the pages of runs ask for, beyond starting and reading one. */

import { request } from "../api.js";

/** @typedef {import("../types.js").GraphExecution} GraphExecution */
/** @typedef {import("../types.js").Status} Status */

/**
 * @typedef {Object} TreeRun one run of a tree; `node_id` is of the node of its parent that started it
 * @property {string} id
 * @property {string|null} parent_id
 * @property {string|null} node_id
 * @property {string|null} node_exec_id
 * @property {string} graph_id
 * @property {number} graph_version
 * @property {string} graph_name
 * @property {Status} status
 * @property {string|null} started_at
 * @property {string|null} ended_at
 * @property {number} cost credits, its own only
 * @property {number} node_exec_count
 * @property {number} node_error_count
 */

/** @typedef {{root_id: string, runs: TreeRun[], is_complete: boolean, max_credits: number|null}} Tree `max_credits`: what it may cost, null: nothing said */

/**
 * @typedef {Object} Origin what began a run, and what it repeats
 * @property {string} source
 * @property {{schedule_id: string, schedule_name: string, due_at: string, late_s: number, reason: string|null}|null} schedule
 * @property {{provider: string, event: string, received_at: string}|null} webhook
 * @property {string|null} origin_id
 * @property {string|null} from_node
 * @property {string[]} repetitions
 */

/** @typedef {{run: GraphExecution, is_input: boolean, field: string, text: string}} Found */

/** @param {string} graphId @param {string} id */
const one = (graphId, id) => `/api/graphs/${graphId}/executions/${id}`;

/** @param {string} graphId @param {string} id @returns {Promise<Tree>} the whole tree that the run belongs to */
export const getTree = (graphId, id) => request("GET", `${one(graphId, id)}/tree`);

/** @param {string} graphId @param {string} id @returns {Promise<Origin>} */
export const getOrigin = (graphId, id) => request("GET", `${one(graphId, id)}/origin`);

/** @param {string} graphId @param {string} id @returns {Promise<GraphExecution>} a stopped run that goes on */
export const resumeExecution = (graphId, id) => request("POST", `${one(graphId, id)}/resume`);

/** @param {string} query @param {string} [graphId] @returns {Promise<{runs: Found[], not_searched: number}>} */
export const searchExecutions = (query, graphId) =>
  request("GET", `/api/executions/search?${new URLSearchParams({ query, limit: "100", ...(graphId && { graph_id: graphId }) })}`);

/** Keeps what a run was given as a preset. @param {string} name @param {string} runId @returns {Promise<{id: string}>} */
export const savePreset = (name, runId) =>
  request("POST", "/api/library/presets", { name, description: "", graph_execution_id: runId });
