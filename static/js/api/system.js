/** The server itself. For administrators. */

import { request, requestFile } from "../api.js";
import { timeMs } from "../format.js";

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
 * @property {string} now what the server's clock says
 * @property {Clock} clock what that is against the one here
 * @property {number} uptime_s
 * @property {number|null} memory_bytes
 * @property {string} data_dir
 * @property {"present"|"not needed"|"missing"} secret_key
 * @property {number[]} nodes_a_minute of the last hour, the oldest first
 * @property {number|null} slow_reply_ms 99 of 100 answers were faster
 * @property {{waiting: number, running: number, places: number, longest_wait_s: number}} queue
 * @property {{id: string, graph_id: string, name: string, status: import("../types.js").Status, started_at: string|null, node_executions: number}[]} running
 * @property {{late: LateRun[], late_count: number, stuck: LateRun[], stuck_count: number}} late_runs
 * @property {Job[]} jobs
 * @property {{file_bytes: number, log_bytes: number, live_bytes: number, failure: string|null}} database
 * @property {{total_bytes: number, free_bytes: number}} disk
 * @property {{name: string, size_bytes: number, made_at: string}[]} backups the newest first
 * @property {BackupPlan} backup_plan
 */

/** @typedef {{every_hours: number, next_at: string|null, has_nothing_new: boolean, problem: string|null}} BackupPlan 0 hours: none */

/** @typedef {{offsetMs: number, errorMs: number}} Clock how far ahead, give or take what the answer took on its way */

/** @typedef {{id: string, graph_id: string, status: string, waiting_s: number, reason: string}} LateRun */

/** @typedef {{number: number, at: string, level: "debug"|"info"|"warning"|"error", source: string, text: string}} LogLine */

/** @typedef {{days: number, runs_per_agent: number, mb_per_agent: number, file_mb: number}} Kept 0 is no limit */

/** @typedef {{kept: Kept, parts: {name: string, size_bytes: number}[], free_bytes: number, file_bytes: number, log_bytes: number}} Storage */

/** @returns {Promise<Status>} */
export async function getStatus() {
  const asked = Date.now();
  const status = await request("GET", "/api/system/status");
  const answered = Date.now();
  const clock = { offsetMs: timeMs(status.now) - (asked + answered) / 2, errorMs: (answered - asked) / 2 };
  return { ...status, clock };
}

/**
 * @typedef {Object} ServerRetention what counts for all agents, 0 is no limit
 * @property {number} days
 * @property {number} runs_per_agent
 * @property {number} mb_per_agent
 * @property {number} file_mb
 * @property {number} backup_hours
 * @property {string[]} fixed what config.toml, the environment or a flag has set
 * @property {Record<string, number|null>} own what an administrator has set
 */

/** @returns {Promise<ServerRetention>} */
export const getServerRetention = () => request("GET", "/api/system/retention");

/** @param {Record<string, number|null>} wanted null is the default @returns {Promise<ServerRetention>} */
export const setServerRetention = (wanted) => request("PUT", "/api/system/retention", wanted);

/** @returns {Promise<Storage>} */
export const getStorage = () => request("GET", "/api/system/storage");

/** @returns {Promise<{name: string, size_bytes: number}>} when the copy is whole and on the disk */
export const makeBackup = () => request("POST", "/api/system/backups");

/** @param {string} name */
export const runJob = (name) => request("POST", `/api/system/jobs/${name}/run`);

/** @param {string} level and above @param {number} limit @returns {Promise<LogLine[]>} the newest last */
export const listLog = (level, limit) => request("GET", `/api/system/log?level=${level}&limit=${limit}`);

/** @returns {Promise<{name: string, version: string}[]>} */
export const listVersions = () => request("GET", "/api/system/versions");

/** @param {string} name @returns {Promise<Blob>} */
export const downloadBackup = (name) => requestFile(`/api/system/backups/${encodeURIComponent(name)}`);
