/** A stored graph as a draft: what the canvas edits of it, every node with a place. */

import { layOut } from "../graph_layout.js";

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
  return withPositions({ name, description: description ?? "", nodes: own, links: ends });
}

/** Nodes that stand nowhere get a place along their links. @param {Draft} draft @returns {Draft} */
export function withPositions(draft) {
  const isPlaced = (/** @type {any} */ node) =>
    Number.isFinite(node.metadata?.position?.x) && Number.isFinite(node.metadata?.position?.y);
  if (draft.nodes.every(isPlaced)) return draft;
  const { cells } = layOut(
    draft.nodes.map((node) => node.id),
    draft.links,
  );
  const nodes = draft.nodes.map((node) => {
    if (isPlaced(node)) return node;
    const { column, row } = cells.get(node.id) ?? { column: 0, row: 0 };
    return { ...node, metadata: { ...node.metadata, position: { x: column * 296, y: row * 168 } } };
  });
  return { ...draft, nodes };
}
