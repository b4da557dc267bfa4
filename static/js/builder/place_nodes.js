/** Gives nodes that stand nowhere a place along their links. */

import { layOut } from "../graph_layout.js";
import { hasPlace, isPlaced } from "./read_graph.js";

/** @param {import("./document.js").Draft} draft @returns {import("./document.js").Draft} */
export function placeNodes(draft) {
  if (isPlaced(draft)) return draft;
  const { cells } = layOut(
    draft.nodes.map((node) => node.id),
    draft.links,
  );
  const nodes = draft.nodes.map((node) => {
    if (hasPlace(node)) return node;
    const { column, row } = cells.get(node.id) ?? { column: 0, row: 0 };
    return { ...node, metadata: { ...node.metadata, position: { x: column * 296, y: row * 168 } } };
  });
  return { ...draft, nodes };
}
