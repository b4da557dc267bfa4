/** The library: its agents, what their cards show, its folders. */

import { request } from "../api.js";

/** @typedef {"needs_you"|"running"|"scheduled"|"listening"|"healthy"|"idle"} State */

/**
 * @typedef {Object} Limits
 * @property {number|null} [max_credits]
 * @property {number|null} [max_node_executions]
 * @property {number|null} [max_run_s]
 * @property {number|null} [max_running]
 */

/**
 * @typedef {Object} LibraryAgent
 * @property {string} id
 * @property {string} graph_id
 * @property {number} graph_version
 * @property {string} name
 * @property {string} description
 * @property {"running"|"error"|"scheduled"|"listening"|"healthy"} activity
 * @property {import("../types.js").ObjectSchema} input_schema
 * @property {import("../types.js").ObjectSchema|null} credentials_input_schema
 * @property {boolean} has_external_trigger
 * @property {boolean} has_human_in_the_loop
 * @property {boolean} has_sensitive_action
 * @property {boolean} can_access_graph
 * @property {boolean} is_favorite
 * @property {boolean} is_archived
 * @property {boolean} is_paused
 * @property {string|null} next_scheduled_run
 * @property {string|null} folder_id
 * @property {number} execution_count
 * @property {{human_in_the_loop_safe_mode: boolean, sensitive_action_safe_mode: boolean}} settings
 * @property {Limits|null} limits
 * @property {string[]|null} allowed_hosts null: all that the server allows
 */

/** @typedef {{id: string, number: number|null, graph_version: number, status: import("../types.js").Status, started_at: string|null, ended_at: string|null, node_exec_count: number, node_error_count: number, cost: number, error: string|null}} CardRun */

/**
 * @typedef {Object} LibraryCard
 * @property {string} graph_id
 * @property {number} n_nodes
 * @property {{id: string, block_id: string, status: import("../types.js").Status|null}[]} nodes
 * @property {import("../types.js").Link[]} links
 * @property {CardRun[]} runs the newest first
 * @property {number} cost_this_month in credits
 * @property {boolean} needs_approval it came from a file, and nobody has seen yet what it would do
 */

/** @typedef {{all: number, needs_you: number, running: number, scheduled: number, listening: number, healthy: number, idle: number, favorites: number, archived: number}} Counts */

/** @typedef {{id: string, name: string, icon: string|null, parent_id: string|null, agent_count: number, children: Folder[]}} Folder */

/** @typedef {{agents: LibraryAgent[], pagination: {total_items: number, total_pages: number, current_page: number}}} Page */

const AGENTS = "/api/library/agents";
const FOLDERS = "/api/library/folders";

/** @param {Record<string, string|number|boolean|null|undefined>} query of GET /api/library/agents @returns {Promise<Page>} */
export function listAgents(query) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return request("GET", `${AGENTS}?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`);
}

/** @returns {Promise<Counts>} */
export const countAgents = () => request("GET", `${AGENTS}/counts`);

/** @param {string[]} graphIds at most 100 @returns {Promise<LibraryCard[]>} */
export const listCards = (graphIds) =>
  graphIds.length
    ? request("GET", `/api/library/cards?${new URLSearchParams(graphIds.map((id) => ["graph_id", id]))}`)
    : Promise.resolve([]);

/** @param {string} graphId @returns {Promise<LibraryAgent>} */
export const getAgentOfGraph = (graphId) => request("GET", `${AGENTS}/by-graph/${graphId}`);

/**
 * @param {string} id @param {Record<string, any>} change @param {"stop"|"finish"} [running] what happens to its runs when it goes
 * @returns {Promise<LibraryAgent>}
 */
export const updateAgent = (id, change, running = "stop") => request("PATCH", `${AGENTS}/${id}?running=${running}`, change);

/** @param {string} id @returns {Promise<LibraryAgent>} a copy of one's own */
export const copyAgent = (id) => request("POST", `${AGENTS}/${id}/fork`);

/** @param {string} id what would start it goes with it */
export const removeAgent = (id) => request("DELETE", `${AGENTS}/${id}`);

/** @param {string} id of one that was removed @returns {Promise<LibraryAgent>} */
export const restoreAgent = (id) => request("POST", `${AGENTS}/${id}/restore`);

/** @param {string[]} ids @param {string|null} folderId null: out of its folder */
export const moveAgents = (ids, folderId) =>
  request("POST", `${FOLDERS}/agents/bulk-move`, { agent_ids: ids, folder_id: folderId });

/** @returns {Promise<Folder[]>} those at the top, with those in them */
export const listFolders = async () => (await request("GET", `${FOLDERS}/tree`)).tree;

/** @param {{name: string, icon: string}} folder @param {string|null} parentId @returns {Promise<Folder>} */
export const createFolder = (folder, parentId) => request("POST", FOLDERS, { ...folder, parent_id: parentId });

/** @param {string} id @param {{name: string, icon: string}} folder */
export const renameFolder = (id, folder) => request("PATCH", `${FOLDERS}/${id}`, folder);

/** @param {string} id */
export const deleteFolder = (id) => request("DELETE", `${FOLDERS}/${id}`);

/** @param {string} id @param {string|null} parentId */
export const moveFolder = (id, parentId) => request("POST", `${FOLDERS}/${id}/move`, { target_parent_id: parentId });
