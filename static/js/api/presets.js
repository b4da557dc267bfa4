/** Presets: inputs and credentials of an agent under a name. */

import { request } from "../api.js";

/**
 * @typedef {Object} Preset
 * @property {string} id
 * @property {string} graph_id
 * @property {string} name
 * @property {string} description
 * @property {Record<string, any>} inputs
 * @property {Record<string, any>} credentials
 * @property {string|null} webhook_id
 * @property {boolean} is_broken
 * @property {{kind: string, name: string, message: string}[]} problems
 */

const BASE = "/api/library/presets";

/** @param {string} graphId @returns {Promise<Preset[]>} at most 100, those that changed last first */
export const listPresetsOf = async (graphId) =>
  (await request("GET", `${BASE}?page_size=100&graph_id=${encodeURIComponent(graphId)}`)).presets;

/** @param {string} graphId @param {string} id @returns {Promise<Preset|null>} */
export const findPreset = async (graphId, id) => (await listPresetsOf(graphId)).find((one) => one.id === id) ?? null;

/** @param {Record<string, any>} preset @returns {Promise<Preset>} */
export const createPreset = (preset) => request("POST", BASE, preset);

/** @param {string} id @param {Record<string, any>} change @returns {Promise<Preset>} */
export const updatePreset = (id, change) => request("PATCH", `${BASE}/${id}`, change);

/** @param {string} id */
export const deletePreset = (id) => request("DELETE", `${BASE}/${id}`);

/** @param {string} id @returns {Promise<string>} the run's id */
export const runPreset = async (id) => (await request("POST", `${BASE}/${id}/execute`, {})).id;
