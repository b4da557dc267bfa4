/** What an agent from a file would do, and the approval that lets it run. */

import { request } from "../api.js";

/** @typedef {{title: string, what: string, node_id: string|null, graph_id: string|null}} ReportLine */

/**
 * @typedef {Object} Report
 * @property {string} graph_id
 * @property {string} name
 * @property {boolean} needs_approval
 * @property {ReportLine[]} hosts
 * @property {ReportLine[]} credentials
 * @property {ReportLine[]} code
 * @property {ReportLine[]} files
 * @property {ReportLine[]} actions
 * @property {ReportLine[]} schedules
 * @property {ReportLine[]} triggers
 * @property {ReportLine[]} sub_agents
 */

/** @returns {Promise<{graph_id: string, name: string, imported_at: string}[]>} agents from files that nobody has approved yet */
export const listWaitingImports = () => request("GET", "/api/imports");

/** @param {string} graphId @returns {Promise<Report>} */
export const getReport = (graphId) => request("GET", `/api/graphs/${graphId}/report`);

/** @param {string} graphId @returns {Promise<Report>} */
export const approveReport = (graphId) => request("POST", `/api/graphs/${graphId}/report/approve`);
