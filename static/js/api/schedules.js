/** Schedules, as the server has them. */

import { request } from "../api.js";

/** @typedef {import("../types.js").Schedule} Schedule */
/** @typedef {import("../types.js").Fire} Fire */
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
