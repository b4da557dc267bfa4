/** What runs have cost, and what they may cost in a month. Amounts are credits: 1 credit = 1 cent. */

import { request } from "../api.js";

/** @typedef {{day: string, cost_credits: number, charges: number}} DayCost */
/** @typedef {{graph_id: string, name: string|null, cost_credits: number, charges: number}} AgentCost "" is a block on its own */
/** @typedef {{provider: string, model: string, cost_credits: number, charges: number}} ModelCost */
/** @typedef {{block_id: string, name: string|null, cost_credits: number, charges: number}} BlockCost */

/**
 * @typedef {Object} CostReport
 * @property {string} from a day @property {string} to the last day, included @property {string} timezone
 * @property {number} cost_credits @property {number} charges
 * @property {DayCost[]} days all of them
 * @property {AgentCost[]} agents the dearest first @property {ModelCost[]} models @property {BlockCost[]} blocks
 */

/** @typedef {{graph_exec_id: string, graph_id: string, name: string|null, status: string, started_at: string|null, cost_credits: number}} RunCost */

/**
 * @typedef {Object} Budget
 * @property {string|null} graph_id null: all agents together
 * @property {number} monthly_credits @property {number} spent_credits @property {number} reserved_credits @property {number} left_credits
 */

/** @typedef {{begins_at: string, ends_at: string, budgets: Budget[]}} Budgets */

/** @param {URLSearchParams} query from, to, graph_id, block_id, provider, model @returns {Promise<CostReport>} */
export const getCosts = (query) => request("GET", `/api/costs?${query}`);

/** @param {URLSearchParams} query @returns {Promise<{runs: RunCost[], cost_credits: number}>} */
export const listCostRuns = (query) => request("GET", `/api/costs/runs?${query}`);

/** @returns {Promise<Budgets>} */
export const listBudgets = () => request("GET", "/api/budgets");

/** @param {string|null} graphId null: all agents @param {number|null} credits a month; null takes it away @returns {Promise<Budgets>} */
export const putBudget = (graphId, credits) => request("PUT", "/api/budgets", { graph_id: graphId, monthly_credits: credits });
