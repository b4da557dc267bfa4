/** Past runs run again from a node on. */

import { request } from "../api.js";

/** @typedef {{kind: "removed"|"required"|"changed", name: string, message: string}} Misfit why an input does not fit a version */
/** @typedef {{graph_version?: number, leave_out?: boolean}} Wanted `leave_out`: inputs that do not fit are left to the defaults */

/**
 * @typedef {Object} Rerun
 * @property {string|null} graph_exec_id the new run
 * @property {string[]} nodes that run again
 * @property {string[]} recorded_nodes that give what they gave
 * @property {number} cost_credits what `nodes` cost in the past run
 * @property {import("./prices.js").Bound} at_most of a dry answer
 * @property {Misfit[]} problems of the inputs, in another version than the past run's
 */

/** @param {string} graphId @param {string} runId @param {string} nodeId @returns {Promise<Rerun>} */
export const rerunFrom = (graphId, runId, nodeId) =>
  request("POST", `/api/graphs/${graphId}/executions/${runId}/rerun`, { from_node: nodeId });

/** What it would run and cost; nothing starts. @param {string} graphId @param {string} runId @param {string} nodeId @returns {Promise<Rerun>} */
export const dryRerun = (graphId, runId, nodeId) =>
  request("POST", `/api/graphs/${graphId}/executions/${runId}/rerun`, { from_node: nodeId, dry: true });

/** What of a past run's inputs does not fit a version. @param {string} graphId @param {string} runId @param {number} version @returns {Promise<Misfit[]>} */
export const findMisfits = async (graphId, runId, version) =>
  (await request("POST", `/api/graphs/${graphId}/executions/${runId}/rerun`, { graph_version: version, dry: true })).problems;

/** From the beginning. @param {string} graphId @param {string} runId @param {Wanted} wanted @returns {Promise<Rerun>} */
export const rerunWhole = (graphId, runId, wanted) => request("POST", `/api/graphs/${graphId}/executions/${runId}/rerun`, wanted);
