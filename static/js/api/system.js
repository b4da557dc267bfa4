/** The server itself. For administrators. */

import { request } from "../api.js";

/**
 * @typedef {Object} Job
 * @property {string} name
 * @property {string} description
 * @property {number} every_s
 * @property {string|null} last_run_at
 * @property {string|null} last_error
 * @property {string|null} last_result
 * @property {string|null} next_run_at
 */

/**
 * @typedef {Object} Status
 * @property {"healthy"|"degraded"} health
 * @property {string[]} problems
 * @property {string} version
 * @property {string} started_at
 * @property {number} uptime_s
 * @property {number|null} memory_bytes
 * @property {{waiting: number, running: number, places: number}} queue
 * @property {{id: string, graph_id: string, name: string, status: import("../types.js").Status, started_at: string|null, node_executions: number}[]} running
 * @property {{late: LateRun[], late_count: number, stuck: LateRun[], stuck_count: number}} late_runs
 * @property {Job[]} jobs
 * @property {{file_bytes: number, log_bytes: number, live_bytes: number, failure: string|null}} database
 * @property {{total_bytes: number, free_bytes: number}} disk
 * @property {{name: string, size_bytes: number, made_at: string}[]} backups the newest first
 */

/** @typedef {{id: string, graph_id: string, status: string, waiting_s: number, reason: string}} LateRun */

/** @typedef {{parts: {name: string, size_bytes: number}[], free_bytes: number, file_bytes: number, log_bytes: number}} Storage */

/** @returns {Promise<Status>} */
export const getStatus = () => request("GET", "/api/system/status");

/** @returns {Promise<Storage>} */
export const getStorage = () => request("GET", "/api/system/storage");

/** @returns {Promise<{name: string, size_bytes: number}>} when the copy is whole and on the disk */
export const makeBackup = () => request("POST", "/api/system/backups");

/** @param {string} name */
export const runJob = (name) => request("POST", `/api/system/jobs/${name}/run`);
