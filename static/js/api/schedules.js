/** Schedules, as the server has them. */

import { request } from "../api.js";

/**
 * @typedef {Object} Schedule
 * @property {string} id
 * @property {string} graph_id
 * @property {number} graph_version
 * @property {string|null} agent_name
 * @property {string} name
 * @property {string} cron
 * @property {string} timezone
 * @property {string} next_run_time "" while it is paused
 * @property {Record<string, any>} input_data
 * @property {Record<string, any>} input_credentials
 * @property {"skip"|"once"|"all"} catch_up
 * @property {number} catch_up_limit
 * @property {"queue"|"skip"|"parallel"} overlap
 * @property {"user"|"config"} origin
 * @property {boolean} is_paused
 * @property {string|null} paused_reason
 */

/**
 * @typedef {Object} Fire
 * @property {string} schedule_id
 * @property {string} schedule_name
 * @property {string} graph_id
 * @property {string|null} agent_name
 * @property {string} due_at
 * @property {string|null} fired_at
 * @property {"started"|"waiting"|"missed"|"skipped"|"refused"} status
 * @property {string|null} graph_exec_id
 * @property {string|null} reason
 * @property {import("../types.js").Status|null} run_status
 * @property {number|null} duration_s of its run, once that has ended
 * @property {number|null} cost_credits of its run with the agents that it called, once it has ended
 */

/** @typedef {{cron: string, timezone: string, next_run_times: string[]}} Preview */

/** @returns {Promise<Schedule[]>} the oldest first */
export const listSchedules = () => request("GET", "/api/schedules");

/** @param {string} graphId @returns {Promise<Schedule[]>} */
export const listSchedulesOf = (graphId) => request("GET", `/api/graphs/${graphId}/schedules`);

/** @param {number} hours @returns {Promise<{fires: {schedule_id: string, at: string}[], is_complete: boolean}>} in order */
export const listUpcoming = (hours) => request("GET", `/api/schedules/upcoming?hours=${hours}&limit=1000`);

/** @param {number} limit @returns {Promise<Fire[]>} the newest first */
export const listFires = (limit) => request("GET", `/api/schedules/fires?limit=${limit}`);

/** @param {string} cron @param {string} timezone @returns {Promise<Preview>} */
export const previewSchedule = (cron, timezone) =>
  request("POST", "/api/schedules/preview", { cron, timezone: timezone || null });

/** @param {string} graphId @param {Record<string, any>} schedule @returns {Promise<Schedule>} */
export const createSchedule = (graphId, schedule) => request("POST", `/api/graphs/${graphId}/schedules`, schedule);

/** @param {string} id @param {Record<string, any>} change @returns {Promise<Schedule>} */
export const editSchedule = (id, change) => request("PATCH", `/api/schedules/${id}`, change);

/** @param {string} id */
export const deleteSchedule = (id) => request("DELETE", `/api/schedules/${id}`);

/** @param {string} id @param {boolean} isOn @returns {Promise<Schedule>} */
export const switchSchedule = (id, isOn) => request("POST", `/api/schedules/${id}/${isOn ? "resume" : "pause"}`);
