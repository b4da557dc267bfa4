/** Past runs run again from a node on. */

import { request } from "../api.js";

/**
 * @typedef {Object} Rerun
 * @property {string|null} graph_exec_id the new run
 * @property {string[]} nodes that run again
 * @property {string[]} recorded_nodes that give what they gave
 * @property {number} cost_credits what `nodes` cost in the past run
 * @property {import("./prices.js").Bound} at_most of a dry answer
 */

/** @param {string} graphId @param {string} runId @param {string} nodeId @returns {Promise<Rerun>} */
export const rerunFrom = (graphId, runId, nodeId) =>
  request("POST", `/api/graphs/${graphId}/executions/${runId}/rerun`, { from_node: nodeId });

/** What it would run and cost; nothing starts. @param {string} graphId @param {string} runId @param {string} nodeId @returns {Promise<Rerun>} */
export const dryRerun = (graphId, runId, nodeId) =>
  request("POST", `/api/graphs/${graphId}/executions/${runId}/rerun`, { from_node: nodeId, dry: true });
