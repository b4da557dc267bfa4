/** Lines along the edges of nodes: which one a dragged box snaps to. Pure. */

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */
/** @typedef {{at: number, from: number, to: number}} Edge of a node: where it is, and where it begins and ends along the other axis */
/** @typedef {{axis: "x"|"y", at: number, from: number, to: number}} Line */
/** @typedef {{x: Edge[], y: Edge[]}} Edges those that stand upright, and those that lie */

/** @param {{x: number, y: number, width: number, height: number}[]} places @returns {Edges} */
export function edgesOf(places) {
  /** @type {Edges} */
  const edges = { x: [], y: [] };
  for (const { x, y, width, height } of places) {
    for (const at of [x, x + width / 2, x + width]) edges.x.push({ at, from: y, to: y + height });
    for (const at of [y, y + height / 2, y + height]) edges.y.push({ at, from: x, to: x + width });
  }
  return edges;
}

/**
 * Left, middle and right of a box snap to upright edges, its top, middle and bottom to lying ones: to the nearest of each, if it is near.
 * @param {Edges} edges @param {Box} box @param {number} near @returns {{shift: {x: number, y: number}, lines: Line[]}}
 */
export function alignTo(edges, box, near) {
  const x = nearest(edges.x, [box.left, (box.left + box.right) / 2, box.right], near);
  const y = nearest(edges.y, [box.top, (box.top + box.bottom) / 2, box.bottom], near);
  /** @type {Line[]} */
  const lines = [];
  if (x) lines.push({ axis: "x", at: x.edge.at, from: Math.min(x.edge.from, box.top), to: Math.max(x.edge.to, box.bottom) });
  if (y) lines.push({ axis: "y", at: y.edge.at, from: Math.min(y.edge.from, box.left), to: Math.max(y.edge.to, box.right) });
  return { shift: { x: x?.shift ?? 0, y: y?.shift ?? 0 }, lines };
}

/** @param {Edge[]} edges @param {number[]} own @param {number} near @returns {{edge: Edge, shift: number}|null} */
function nearest(edges, own, near) {
  let best = null;
  let least = near;
  for (const edge of edges) {
    for (const at of own) {
      const shift = edge.at - at;
      // The first of equals: edges before middles would jump between two lines that say the same.
      if (Math.abs(shift) < least) [best, least] = [{ edge, shift }, Math.abs(shift)];
    }
  }
  return best;
}
