/**
 * Outputs of a past run that stand on a node for runs "with pins": such a node gives them without being called, and costs
 * nothing. They are kept in the node's metadata, so they are saved with the agent; files, copies and forks leave them behind.
 */

/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {[string, any][][]} Recorded what the node's first execution gave, its second, and so on; [pin, value] each */
/** @typedef {{outputs: Recorded, run_id: string, at: string, size_bytes: number}} PinnedOutput */

/** @param {GraphNode|undefined} node @returns {PinnedOutput|null} */
export function pinnedOutput(node) {
  const pinned = node?.metadata.pinned_output;
  return Array.isArray(pinned?.outputs) ? pinned : null;
}

/** @param {import("./document.js").Draft} draft @returns {number} how many nodes have one */
export function countPinned({ nodes }) {
  return nodes.reduce((sum, node) => sum + (pinnedOutput(node) ? 1 : 0), 0);
}
