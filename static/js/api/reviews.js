/** What waits for a person. */

import { request } from "../api.js";

/** @typedef {{node_exec_id: string, node_id: string, graph_exec_id: string, graph_id: string, payload: any, instructions: string|null, editable: boolean, created_at: string}} Review */

/** @returns {Promise<Review[]>} at most 100, the newest runs first */
export const listPendingReviews = () => request("GET", "/api/review/pending?page_size=100");

/** @param {Review} review @param {boolean} approved */
export const answerReview = (review, approved) =>
  request("POST", "/api/review/action", { reviews: [{ node_exec_id: review.node_exec_id, approved }] });
