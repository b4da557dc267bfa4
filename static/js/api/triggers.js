/** Webhooks, their deliveries, and the presets that they start. */

import { request } from "../api.js";

/**
 * @typedef {Object} Webhook
 * @property {string} id
 * @property {string} provider
 * @property {string} webhook_type
 * @property {string} resource
 * @property {string[]} events
 * @property {string} url
 * @property {string[]} preset_ids
 * @property {boolean} has_secret
 * @property {number} n_rejected since the server's start
 * @property {string|null} last_rejected_at
 * @property {string|null} last_rejected_reason
 */

/**
 * @typedef {Object} Preset
 * @property {string} id
 * @property {string} graph_id
 * @property {number} graph_version
 * @property {string} name
 * @property {string} description
 * @property {Record<string, any>} inputs
 * @property {Record<string, any>} credentials
 * @property {boolean} is_active
 * @property {string|null} inactive_reason
 * @property {string|null} webhook_id
 * @property {boolean} is_broken
 * @property {string[]} problems
 */

/**
 * @typedef {Object} Delivery
 * @property {string} id
 * @property {string} received_at
 * @property {string} event
 * @property {"started"|"skipped"|"refused"|"stale"|"ping"} status
 * @property {string|null} preset_id
 * @property {string|null} graph_exec_id
 * @property {string|null} reason
 * @property {number} n_repeats
 */

/** @returns {Promise<Webhook[]>} */
export const listWebhooks = () => request("GET", "/api/integrations/webhooks");

/** @param {string} id @param {number} limit @returns {Promise<Delivery[]>} the newest first */
export const listDeliveries = (id, limit) => request("GET", `/api/integrations/webhooks/${id}/deliveries?limit=${limit}`);

/** @param {string} id @returns {Promise<Delivery[]>} what became of a sample */
export const sendSample = (id) => request("POST", `/api/integrations/webhooks/${id}/test`, {});

/** @param {string} id @param {string|null} secret null: the server makes one and shows it once; "": none */
export const setWebhookSecret = (id, secret) => request("PUT", `/api/integrations/webhooks/${id}/secret`, { secret });

/** @param {string} id */
export const deleteWebhook = (id) => request("DELETE", `/api/integrations/webhooks/${id}`);

/** @param {Record<string, any>} trigger @returns {Promise<Preset & {webhook: Webhook}>} */
export const setUpTrigger = (trigger) => request("POST", "/api/library/presets/setup-trigger", trigger);

/** @returns {Promise<Preset[]>} */
export const listPresets = async () => (await request("GET", "/api/library/presets?page_size=100")).presets;

/** @param {string} id @param {Record<string, any>} change @returns {Promise<Preset>} */
export const editPreset = (id, change) => request("PATCH", `/api/library/presets/${id}`, change);
