/** Keeps the draft in this browser until it is saved, so that a closed tab loses nothing. Secret values are left out. */

import { kindOf } from "./pins.js";

/** @typedef {import("./document.js").Draft} Draft */
/** @typedef {Draft & {version: number, at: number}} KeptDraft `version` is the one that it was made from, 0 for a new agent */
/** @typedef {Map<string, import("../types.js").Block>} Catalog */

/** @param {string} graphId "" for a new agent @returns {string} */
const keyOf = (graphId) => `draft:${graphId || "new"}`;

/** The steps of undo that lead to it (undo_keeper.js). @param {string} graphId @returns {string} */
export const undoKeyOf = (graphId) => `undo:${graphId || "new"}`;

/** @param {string} graphId @returns {KeptDraft|null} */
export function readDraft(graphId) {
  try {
    const draft = JSON.parse(localStorage.getItem(keyOf(graphId)) ?? "null");
    return Array.isArray(draft?.nodes) && Array.isArray(draft?.links) ? draft : null;
  } catch {
    return null;
  }
}

/** With its steps of undo: what nobody reads any more takes room from other drafts. @param {string} graphId */
export function forgetDraft(graphId) {
  localStorage.removeItem(keyOf(graphId));
  localStorage.removeItem(undoKeyOf(graphId));
}

/**
 * @param {string} graphId
 * @param {number} version
 * @param {Draft} draft
 * @param {Catalog} catalog
 * @returns {boolean} false where it is too large
 */
export function keepDraft(graphId, version, draft, catalog) {
  const nodes = draft.nodes.map((node) => withoutSecrets(node, catalog));
  try {
    localStorage.setItem(keyOf(graphId), JSON.stringify({ ...draft, nodes, version, at: Date.now() }));
    return true;
  } catch {
    return false;
  }
}

/** @param {import("../types.js").GraphNode} node @param {Catalog} catalog */
export function withoutSecrets(node, catalog) {
  const properties = catalog.get(node.block_id)?.inputSchema.properties ?? {};
  const secret = Object.keys(node.input_default).filter((name) => properties[name]?.secret && kindOf(properties[name]) !== "key");
  if (!secret.length) return node;
  const kept = Object.entries(node.input_default).filter(([name]) => !secret.includes(name));
  return { ...node, input_default: Object.fromEntries(kept) };
}
