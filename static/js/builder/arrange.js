/** Moves, aligns and spreads the selected nodes. */

import { GRID, snap } from "./builder.js";

/** @typedef {import("./builder.js").Builder} Builder */

/** @param {Builder} builder @returns {any[]} */
const selectedNodes = (builder) => builder.state.flowNodes.filter((node) => node.selected);

/** @param {Builder} builder @param {{x: number, y: number}} way @param {number} steps of the grid */
export function moveSelected(builder, way, steps) {
  const moved = selectedNodes(builder).map(({ id, position }) => [
    id,
    { x: position.x + way.x * GRID * steps, y: position.y + way.y * GRID * steps },
  ]);
  if (!moved.length) return;
  builder.doc.move(new Map(/** @type {any} */ (moved)), "arrows");
  builder.camera.keepInSight(String(moved[0][0]));
}

/** @param {Builder} builder @param {"left"|"top"|"middle"} edge */
export function alignSelected(builder, edge) {
  const nodes = selectedNodes(builder);
  if (nodes.length < 2) return;
  const lefts = nodes.map((node) => node.position.x);
  const tops = nodes.map((node) => node.position.y);
  const centre = nodes.reduce((sum, node) => sum + node.position.y + node.height / 2, 0) / nodes.length;
  const place = (/** @type {any} */ { position, height }) => {
    if (edge === "left") return { x: Math.min(...lefts), y: position.y };
    return { x: position.x, y: edge === "top" ? Math.min(...tops) : Math.round(centre - height / 2) };
  };
  builder.doc.move(new Map(nodes.map((node) => [node.id, place(node)])));
}

/** The same gap between all of them; the first and the last stay. @param {Builder} builder @param {"x"|"y"} axis */
export function distributeSelected(builder, axis) {
  const size = axis === "x" ? "width" : "height";
  const nodes = selectedNodes(builder).sort((a, b) => a.position[axis] - b.position[axis]);
  if (nodes.length < 3) return;
  const last = nodes[nodes.length - 1];
  const room = last.position[axis] - nodes[0].position[axis] - nodes.slice(0, -1).reduce((sum, node) => sum + node[size], 0);
  const gap = room / (nodes.length - 1);
  let at = nodes[0].position[axis];
  const places = nodes.map((node) => {
    const place = snap({ ...node.position, [axis]: at });
    at += node[size] + gap;
    return [node.id, node === last ? node.position : place];
  });
  builder.doc.move(new Map(/** @type {any} */ (places)));
}
