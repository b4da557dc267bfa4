/** Keys and logins that the server keeps, and the providers that they are for. Secrets go in and never come back. */

import { request } from "../api.js";

/**
 * @typedef {Object} Credentials
 * @property {string} id
 * @property {string} provider
 * @property {"api_key"|"oauth2"|"user_password"|"host_scoped"} type
 * @property {string|null} title
 * @property {string[]|null} scopes
 * @property {string|null} username
 * @property {string|null} host
 * @property {boolean} is_system
 * @property {string[]} hosts
 * @property {string} last4
 * @property {string|null} expires_at
 * @property {string|null} last_used_at
 * @property {boolean} is_readable
 * @property {string|null} problem
 */

/**
 * @typedef {Object} Provider
 * @property {string} name
 * @property {string} title
 * @property {Credentials["type"][]} supported_auth_types
 * @property {string[]} scopes
 * @property {string[]} hosts
 * @property {number} n_blocks
 * @property {boolean} can_log_in
 * @property {string|null} login_hint
 * @property {boolean} is_system
 * @property {string|null} key_url
 */

/** @typedef {{kind: string, id: string, name: string}} User what names credentials */
/** @typedef {{key: number, action: string, at: string, graph_exec_id: string|null}} Use */

const BASE = "/api/integrations";

/** @param {{id: string, provider: string}} one */
const pathOf = (one) => `${BASE}/${encodeURIComponent(one.provider)}/credentials/${one.id}`;

/** @returns {Promise<Credentials[]>} the user's own, then the server's */
export const listCredentials = () => request("GET", `${BASE}/credentials`);

/** @returns {Promise<Provider[]>} those that blocks here use */
export const listProviders = () => request("GET", `${BASE}/providers/details`);

/** @param {string} provider @param {Record<string, any>} body @returns {Promise<Credentials>} */
export const addCredentials = (provider, body) => request("POST", `${BASE}/${encodeURIComponent(provider)}/credentials`, body);

/** @param {Credentials} one @param {Record<string, any>} body @returns {Promise<Credentials>} under the same id */
export const replaceSecret = (one, body) => request("PUT", pathOf(one), body);

/** @param {Credentials} one @param {{title?: string, hosts?: string[]}} changes @returns {Promise<Credentials>} */
export const updateCredentials = (one, changes) => request("PATCH", pathOf(one), changes);

/** @param {Credentials} one @returns {Promise<{deleted: boolean, revoked?: boolean|null, message?: string}>} */
export const deleteCredentials = (one, force = false) => request("DELETE", `${pathOf(one)}${force ? "?force=true" : ""}`);

/** @param {Credentials} one @returns {Promise<{is_ok: boolean|null, message: string}>} what the provider says to them */
export const testCredentials = (one) => request("POST", `${pathOf(one)}/test`);

/** @param {Credentials} one @returns {Promise<{used_by: User[], uses: Use[]}>} */
export const getUsage = (one) => request("GET", `${pathOf(one)}/usage?limit=20`);

/** @param {string} provider @param {string[]} scopes @param {string} [credentialsId] @returns {Promise<{login_url: string}>} */
export const beginLogin = (provider, scopes, credentialsId) => {
  const query = new URLSearchParams({ scopes: scopes.join(",") });
  if (credentialsId) query.set("credential_id", credentialsId);
  return request("GET", `${BASE}/${encodeURIComponent(provider)}/login?${query}`);
};

/** @param {string} provider @param {string} code @param {string} state @returns {Promise<Credentials>} */
export const finishLogin = (provider, code, state) =>
  request("POST", `${BASE}/${encodeURIComponent(provider)}/callback`, { code, state_token: state });
