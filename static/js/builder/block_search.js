/** Finds blocks by name, category, and the names of their pins; and agents, which are blocks, too. Pure. */

import { blockTitle, isNote } from "../names.js";
import { categoriesOf } from "./glyphs.js";
import { bestPin } from "./pin_ranks.js";
import { pinsOf, takesLinks } from "./pins.js";
import { t } from "../messages.js";

/** @typedef {import("../types.js").Block} Block */
/**
 * @typedef {Object} Offer something that can be added
 * @property {string} key
 * @property {string} title
 * @property {string} line
 * @property {Block} block
 * @property {Record<string, any>} inputs what the node starts with
 * @property {string} group
 * @property {string[]} words lower case: the title first, then categories and pins
 * @property {import("./pins.js").Pins} pins
 */

export const AGENT_BLOCK = "e189baac-8c20-45a1-94a7-55177ea42565";
const FIRST_GROUPS = ["INPUT", "OUTPUT", "AI", "TEXT", "LOGIC", "DATA", "BASIC"];

/** @param {Map<string, Block>} catalog @param {import("../types.js").GraphPins[]} graphs @param {string} ownId @returns {Offer[]} */
export function makeOffers(catalog, graphs, ownId) {
  const blocks = [...catalog.values()].filter((block) => block.uiType !== "Agent" && block.disabled !== true);
  const agents = catalog.has(AGENT_BLOCK) ? graphs.filter((graph) => graph.id !== ownId) : [];
  const all = [
    ...blocks.map(blockOffer),
    ...agents.map((graph) => agentOffer(graph, /** @type {Block} */ (catalog.get(AGENT_BLOCK)))),
  ];
  const rank = (/** @type {Offer} */ offer) =>
    (FIRST_GROUPS.indexOf(offer.group) + 1 || 90) + (offer.group === "My agents" ? 100 : 0);
  return all.sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title));
}

/** @param {Block} block @returns {Offer} */
function blockOffer(block) {
  const title = blockTitle(block.name);
  const group =
    categoriesOf(block).sort((a, b) => (FIRST_GROUPS.indexOf(a) + 1 || 90) - (FIRST_GROUPS.indexOf(b) + 1 || 90))[0] ??
    t("Other");
  const pins = pinsOf({ id: "", block_id: block.id, input_default: {}, metadata: {} }, block);
  return {
    key: block.id,
    title,
    line: block.description ?? "",
    block,
    inputs: {},
    group: isNote(block) ? "BASIC" : group,
    words: wordsOf(title, block, pins),
    pins,
  };
}

/** @param {import("../types.js").GraphPins} graph @param {Block} block @returns {Offer} */
function agentOffer(graph, block) {
  const inputs = {
    graph_id: graph.id,
    graph_version: graph.version,
    agent_name: graph.name,
    input_schema: graph.input_schema,
    output_schema: graph.output_schema,
    inputs: {},
  };
  const pins = pinsOf({ id: "", block_id: block.id, input_default: inputs, metadata: {} }, block);
  return {
    key: graph.id,
    title: graph.name,
    line: graph.description || t("An agent of yours as one node"),
    block,
    inputs,
    group: t("My agents"),
    words: wordsOf(graph.name, block, pins),
    pins,
  };
}

/** @param {string} title @param {Block} block @param {import("./pins.js").Pins} pins @returns {string[]} */
function wordsOf(title, block, pins) {
  const names = [...pins.inputs, ...pins.outputs].map((pin) => pin.name);
  return [title, ...categoriesOf(block), ...names, block.description ?? ""].map((word) => word.toLowerCase());
}

/**
 * @param {Offer[]} offers
 * @param {string} query
 * @param {import("./builder.js").Dragged|null} from
 * @returns {Offer[]} the best first
 */
export function searchOffers(offers, query, from) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = from ? offers.filter((offer) => fittingPin(offer, from)) : offers;
  // What is likely to come next stands first: blocks whose main input has the very type.
  if (!words.length) return from ? [...fitting].sort((a, b) => nextness(b, from) - nextness(a, from)) : fitting;
  return fitting
    .map((offer) => ({
      offer,
      score: words.reduce((sum, word) => sum + scoreOf(offer, word), 0),
      all: words.every((word) => scoreOf(offer, word) > 0),
    }))
    .filter((one) => one.all)
    .sort((a, b) => b.score - a.score)
    .map((one) => one.offer);
}

/** @param {Offer} offer @param {import("./builder.js").Dragged} from @returns {number} */
function nextness(offer, from) {
  const pin = fittingPin(offer, from);
  const isEdge = offer.block.uiType.startsWith("Webhook") || pin?.schema.advanced;
  return (pin?.kind === from.pin.kind ? 4 : 0) + (pin?.kind === "any" ? 1 : 0) + (pin?.required ? 2 : 0) - (isEdge ? 8 : 0);
}

/** @param {Offer} offer @param {string} word @returns {number} */
function scoreOf({ words }, word) {
  if (words[0].startsWith(word)) return 10;
  if (words[0].split(" ").some((part) => part.startsWith(word))) return 8;
  if (words[0].replaceAll(" ", "").includes(word)) return 6;
  if (words.slice(1, -1).some((one) => one.startsWith(word))) return 3;
  return words.some((one) => one.includes(word)) ? 1 : 0;
}

/**
 * @param {Offer} offer
 * @param {import("./builder.js").Dragged} from
 * @returns {import("./pins.js").Pin|null} the pin that would be linked
 */
export function fittingPin(offer, from) {
  if (from.isSource && !takesLinks(offer.block)) return null;
  return bestPin(from.pin, from.isSource, offer.pins);
}
