/** Going from node to node by the arrow keys. */

import { t } from "../messages.js";
import { SIDES, focusNode } from "./node_focus.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("./node_focus.js").Side} Side */

/** Selects the next node in a direction; the one nearest to the middle of what is in sight where none is selected.
 * @param {Builder} builder @param {Side} side */
export function selectTowards(builder, side) {
  const { flowNodes } = builder.state;
  const from = flowNodes.find((node) => node.selected);
  const next = from ? nearest(from, flowNodes, SIDES[side]) : firstInSight(builder);
  if (!next)
    return builder.say(flowNodes.length ? t("No node further that way.") : t("There is no node yet. Press A to add one."));
  if (builder.state.panel?.kind === "node" && next.type === "block") builder.openPanel(next.id);
  else builder.select([next.id]);
  builder.camera.keepInSight(next.id);
  focusNode(next.id);
}

/** @param {any} node @returns {{x: number, y: number}} */
function middle({ position: { x, y }, width, height }) {
  return { x: x + width / 2, y: y + height / 2 };
}

/** @param {any} from @param {any[]} all @param {{x: number, y: number}} way @returns {any} */
function nearest(from, all, way) {
  const start = middle(from);
  let best = null;
  let least = Infinity;
  for (const node of all) {
    const at = middle(node);
    const along = (at.x - start.x) * way.x + (at.y - start.y) * way.y;
    const aside = Math.abs((at.x - start.x) * way.y) + Math.abs((at.y - start.y) * way.x);
    const distance = along + 2 * aside;
    // What lies more beside than ahead is for the other two keys.
    if (node !== from && along > 0 && aside <= along * 3 && distance < least) [best, least] = [node, distance];
  }
  return best;
}

/** @param {Builder} builder @returns {any} */
function firstInSight(builder) {
  const box = document.querySelector(".build-canvas")?.getBoundingClientRect();
  const centre = box && builder.flow?.screenToFlowPosition({ x: box.left + box.width / 2, y: box.top + box.height / 2 });
  if (!centre) return builder.state.flowNodes[0];
  const far = (/** @type {any} */ node) => Math.hypot(middle(node).x - centre.x, middle(node).y - centre.y);
  return [...builder.state.flowNodes].sort((a, b) => far(a) - far(b))[0];
}
