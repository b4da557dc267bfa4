/** What a node did in past runs. */

import { request } from "../api.js";

/**
 * @typedef {Object} NodeRun
 * @property {string} graph_exec_id
 * @property {number} number
 * @property {number} graph_version
 * @property {import("../types.js").Status} run_status
 * @property {string|null} run_at
 * @property {string} node_id its id in the version that ran
 * @property {number} executions
 * @property {import("../types.js").Status|null} status of the last of them; null: it never began
 * @property {number|null} took_s
 * @property {number} cost in credits, of all
 */

/** @param {string} graphId @param {number} version @param {string} nodeId @returns {Promise<NodeRun[]>} the newest 20 runs, newest first */
export const listNodeRuns = (graphId, version, nodeId) =>
  request("GET", `/api/graphs/${graphId}/versions/${version}/nodes/${nodeId}/runs`);

/** @param {string} graphId @param {number} before @param {number} after @returns {Promise<Record<string, string>>} {node id: id of the same node} */
export const pairVersions = (graphId, before, after) =>
  request("GET", `/api/graphs/${graphId}/versions/${before}/pairs/${after}`);
