/** What a run will cost, from the blocks' price lists, before anything is started. 1 credit = 1 cent. */

import { plural, t } from "../messages.js";
import { valuesOf } from "./pins.js";

/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {import("../types.js").Block} Block */
/** @typedef {{credits: number, isAbout: boolean}} Estimate `isAbout`: by use, or with sub-agents, so it may be more */

/** @param {Iterable<GraphNode>} nodes each counted once @param {Map<string, Block>} catalog @returns {Estimate} */
export function estimateCost(nodes, catalog) {
  let credits = 0;
  let isAbout = false;
  for (const node of nodes) {
    const block = catalog.get(node.block_id);
    const cost = block && findCost(block, valuesOf(node, block));
    if (block?.uiType === "Agent") isAbout = true;
    if (!cost) continue;
    const isKnown = cost.cost_type === "run";
    if (isKnown || cost.cost_type === "tokens") credits += Math.ceil(cost.cost_amount);
    isAbout ||= !isKnown && cost.cost_type !== "byte";
  }
  return { credits, isAbout };
}

/** @param {Estimate} estimate @returns {string} "free", "3 credits", "About 3 credits", "By use" */
export function costWords({ credits, isAbout }) {
  if (!credits) return isAbout ? t("cost by use") : t("free");
  const sum = plural(credits, "{n} credit", "{n} credits");
  return isAbout ? t("about {sum}", { sum }) : sum;
}

/** The first entry whose filter is part of the input, as the engine chooses it. @param {Block} block @param {Record<string, any>} values */
function findCost(block, values) {
  return (block.costs ?? []).find((cost) => isPartOf(cost.cost_filter ?? {}, values));
}

/** @param {any} wanted @param {any} given @returns {boolean} missing, null and "" are equal */
function isPartOf(wanted, given) {
  if (wanted !== null && typeof wanted === "object" && !Array.isArray(wanted)) {
    const source = given !== null && typeof given === "object" ? given : {};
    return Object.entries(wanted).every(([key, value]) => isPartOf(value, source[key]));
  }
  const isEmpty = (/** @type {any} */ value) => (value ?? "") === "";
  return (isEmpty(wanted) && isEmpty(given)) || JSON.stringify(wanted) === JSON.stringify(given);
}
