/** The versions of an agent. */

import { request } from "../api.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {{name: string, before: any, after: any}} Change */
/** @typedef {{before_id: string|null, after_id: string|null, block_id: string, name: string, changes: Change[]}} NodeDifference */
/** @typedef {{source: string, source_name: string, sink: string, sink_name: string, is_static: boolean}} LinkDifference */

/**
 * @typedef {Object} Difference what has changed from one version to another
 * @property {Change[]} fields
 * @property {{added: NodeDifference[], removed: NodeDifference[], changed: NodeDifference[]}} nodes
 * @property {{added: LinkDifference[], removed: LinkDifference[], changed: LinkDifference[]}} links
 * @property {{added: string[], removed: string[], changed: Change[]}} inputs
 * @property {{added: string[], removed: string[], changed: Change[]}} outputs
 */

/** @param {string} graphId @returns {Promise<Graph[]>} the newest 50, newest first */
export const listVersions = (graphId) => request("GET", `/api/graphs/${graphId}/versions`);

/** @param {string} graphId @param {number} before @param {number} after @returns {Promise<Difference>} */
export const diffVersions = (graphId, before, after) => request("GET", `/api/graphs/${graphId}/versions/${before}/diff/${after}`);

/** What schedules, triggers and the library run from now on. @param {string} graphId @param {number} version */
export const setActiveVersion = (graphId, version) =>
  request("PUT", `/api/graphs/${graphId}/versions/active`, { active_graph_version: version });
