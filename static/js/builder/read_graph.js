/** A stored graph as a draft: what the canvas edits of it. */

/** @typedef {import("./document.js").Draft} Draft */

/** @param {import("../types.js").Graph} graph @returns {Draft} */
export function readGraph({ name, description, nodes = [], links = [] }) {
  const own = nodes.map(({ id, block_id, input_default, metadata }) => ({
    id,
    block_id,
    input_default,
    metadata: metadata ?? {},
  }));
  const ends = links.map(({ id, source_id, source_name, sink_id, sink_name, is_static }) => ({
    id,
    source_id,
    source_name,
    sink_id,
    sink_name,
    is_static,
  }));
  return { name, description: description ?? "", nodes: own, links: ends };
}

/** @param {import("../types.js").GraphNode} node @returns {boolean} whether it stands somewhere */
export function hasPlace(node) {
  const { x, y } = /** @type {any} */ (node.metadata?.position) ?? {};
  return Number.isFinite(x) && Number.isFinite(y);
}

/** @param {Draft} draft @returns {boolean} whether the canvas can show all of it: what came from elsewhere may be without places (place_nodes.js) */
export function isPlaced(draft) {
  return draft.nodes.every(hasPlace);
}
