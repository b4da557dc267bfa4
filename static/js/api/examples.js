/** The ready-made agents that come with the program. */

import { request } from "../api.js";

/**
 * @typedef {Object} Example
 * @property {string} name
 * @property {string} title
 * @property {string} description
 * @property {{id: string, block_id: string}[]} nodes
 * @property {import("../types.js").Link[]} links
 * @property {boolean} needs_key
 */

/** @returns {Promise<Example[]>} */
export const listExamples = () => request("GET", "/api/library/examples");

/** @param {string} name @returns {Promise<import("../types.js").Graph>} a copy in the library */
export const addExample = (name) => request("POST", `/api/library/examples/${encodeURIComponent(name)}`);
