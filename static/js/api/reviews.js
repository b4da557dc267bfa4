/** What waits for a person, and the answers. */

import { request } from "../api.js";

/**
 * @typedef {Object} Review
 * @property {string} node_exec_id
 * @property {string} node_id
 * @property {string} graph_exec_id
 * @property {string} graph_id
 * @property {number} graph_version
 * @property {any} payload the data to decide on
 * @property {string|null} instructions
 * @property {boolean} editable
 * @property {string} created_at
 */

/** @typedef {{node_exec_id: string, approved: boolean, message?: string|null, reviewed_data?: any}} Answer */

/** @returns {Promise<Review[]>} the newest 100 */
export const listPendingReviews = () => request("GET", "/api/review/pending?page_size=100");

/** @param {string} runId @returns {Promise<Review[]>} */
export const listReviewsOfRun = (runId) => request("GET", `/api/review/execution/${runId}`);

/** @param {Answer} answer */
export const answerReview = (answer) => request("POST", "/api/review/action", { reviews: [answer] });
