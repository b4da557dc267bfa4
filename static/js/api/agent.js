/** One agent: its rule of retention, and the search over its runs. */

import { request } from "../api.js";

/** @typedef {{days: number|null, runs: number|null, size_mb: number|null}} Rule null: as the server's settings say; 0: keep all */

/** @typedef {{days: number, runs: number, size_mb: number, own: Rule}} Retention what counts, and what of it is the agent's own */

/** @param {string} graphId @returns {Promise<Retention>} */
export const getRetention = (graphId) => request("GET", `/api/graphs/${graphId}/retention`);

/** @param {string} graphId @param {Rule} rule @returns {Promise<Retention>} */
export const setRetention = (graphId, rule) => request("PUT", `/api/graphs/${graphId}/retention`, rule);
