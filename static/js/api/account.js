/** The one who is logged in: profile, sessions, API keys. */

import { request } from "../api.js";

/** @typedef {{id: string, email: string, name: string, role: "user"|"admin", timezone: string}} User */

/** @typedef {{id: string, created_at: string, expires_at: string, user_agent: string, remote: string, is_current: boolean}} Session */

/**
 * @typedef {Object} ApiKey
 * @property {string} id
 * @property {string} name
 * @property {string} prefix
 * @property {string} postfix
 * @property {"ACTIVE"|"SUSPENDED"|"REVOKED"} status
 * @property {string[]} permissions
 * @property {string} created_at
 * @property {string|null} last_used_at
 */

/** @returns {Promise<User>} */
export const getUser = () => request("POST", "/api/auth/user");

/** @param {string} timezone an IANA name */
export const setTimezone = (timezone) => request("POST", "/api/auth/user/timezone", { timezone });

/** @param {string} name @returns {Promise<User>} */
export const setName = (name) => request("POST", "/api/auth/user/name", { name });

/** @param {string} email it counts once the link that is sent there was opened */
export const changeEmail = (email) => request("POST", "/api/auth/user/email", { email });

/** @param {string} current @param {string} password */
export const changePassword = (current, password) =>
  request("POST", "/api/auth/password", { old_password: current, new_password: password });

/** @returns {Promise<Session[]>} */
export const listSessions = () => request("GET", "/api/auth/sessions");

/** @param {string} id */
export const endSession = (id) => request("DELETE", `/api/auth/sessions/${id}`);

/** @returns {Promise<ApiKey[]>} */
export const listApiKeys = () => request("GET", "/api/api-keys");

/** @param {string} name @param {string[]} permissions @returns {Promise<{api_key: ApiKey, plain_text_key: string}>} */
export const createApiKey = (name, permissions) => request("POST", "/api/api-keys", { name, permissions });

/** @param {string} id @param {boolean} isOn @returns {Promise<ApiKey>} */
export const switchApiKey = (id, isOn) => request("POST", `/api/api-keys/${id}/${isOn ? "resume" : "suspend"}`);

/** @param {string} id for good */
export const revokeApiKey = (id) => request("DELETE", `/api/api-keys/${id}`);
