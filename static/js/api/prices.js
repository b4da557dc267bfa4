/** What a run will cost, before it begins. */

import { request } from "../api.js";

/**
 * @typedef {Object} Bound
 * @property {number|null} at_most_credits null: nothing but `stops_at_credits` bounds it
 * @property {"prices"|"run"|"agent"|"server"|null} at_most_by
 * @property {number} stops_at_credits where the server ends any run
 * @property {{node_id: string, title: string, why: string}[]} unknown nodes without a bound
 */
/** @typedef {{about_credits: number|null, at_most_credits: number|null}} NodePrice */
/**
 * @typedef {Bound & {about_credits: number, about_by: "runs"|"prices", runs: number, by_use: string[],
 *   nodes: Record<string, NodePrice>}} Price
 */
/** @typedef {Record<string, Record<string, number>[]>} Given how many values each node gives on each pin instead of running, by execution */

/**
 * @param {{graph_id?: string, graph_version?: number, graph?: any, given?: Given, limits?: Record<string, number>|null}} question
 * @returns {Promise<Price>}
 */
export const priceRun = (question) => request("POST", "/api/graphs/price", question);
