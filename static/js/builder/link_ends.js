/** Where a dragged link may end: which pins fit, which one is meant, and what is offered instead of one that does not. */

import { toast } from "../toast.js";
import { bestPin, rankPins } from "./pin_ranks.js";
import { isFitting, pinsOf, takesLinks } from "./pins.js";
import { plural, t } from "../messages.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("./builder.js").Dragged} Dragged */
/** @typedef {import("./pins.js").Pin} Pin */

/** @param {Builder} builder @param {Dragged} dragged @param {any} handle @returns {string} why the pin does not take the link, or "" */
export function refusalOf(builder, dragged, handle) {
  if (dragged.isSource === (handle.type === "source"))
    return dragged.isSource ? t("Two outputs cannot be linked.") : t("Two inputs cannot be linked.");
  return dragged.isSource
    ? builder.refusal(dragged.nodeId, dragged.pin.name, handle.nodeId, handle.id)
    : builder.refusal(handle.nodeId, handle.id, dragged.nodeId, dragged.pin.name);
}

/** The fitting pin that stands nearest to a wrong one. @param {Builder} builder @param {Dragged} dragged @param {any} handle @returns {string} a question, or "" */
export function nearestFitting(builder, dragged, handle) {
  const rows = builder.state.flowNodes.find((node) => node.id === handle.nodeId)?.data.box.rows ?? [];
  const pins = /** @type {(Pin|null)[]} */ (rows.map((/** @type {any} */ row) => (dragged.isSource ? row.input : row.output)));
  const at = pins.findIndex((pin) => pin?.name === handle.id);
  if (!takesLinks(builder.blockOf(handle.nodeId)) && dragged.isSource) return "";
  let best = 0;
  pins.forEach((pin, i) => {
    if (i !== at && pin && isFitting(dragged, pin) && (!best || Math.abs(i - at) < Math.abs(best))) best = i - at;
  });
  const pin = best ? pins[at + best]?.label : null;
  if (!pin) return "";
  const n = Math.abs(best);
  return best < 0
    ? plural(n, "Did you mean {pin}, one pin above?", "Did you mean {pin}, {n} pins above?", { pin })
    : plural(n, "Did you mean {pin}, one pin below?", "Did you mean {pin}, {n} pins below?", { pin });
}

/** @param {Builder} builder @param {Dragged} dragged @returns {{pins: number, blocks: number}} how many here, and how many in the menu */
export function countFitting({ doc, catalog }, dragged) {
  const fits = (/** @type {Pin} */ pin) => !pin.schema.hidden && isFitting(dragged, pin);
  let pins = 0;
  for (const node of doc.now.nodes) {
    const block = catalog.get(node.block_id);
    if (node.id === dragged.nodeId || (dragged.isSource && !takesLinks(block))) continue;
    const { inputs, outputs } = pinsOf(node, block);
    pins += (dragged.isSource ? inputs : outputs).filter(fits).length;
  }
  const empty = { id: "", input_default: {}, metadata: {} };
  const isOffer = (/** @type {any} */ block) =>
    block.uiType !== "Agent" &&
    block.disabled !== true &&
    (!dragged.isSource || takesLinks(block)) &&
    bestPin(dragged.pin, dragged.isSource, pinsOf({ ...empty, block_id: block.id }, block)) !== null;
  return { pins, blocks: [...catalog.values()].filter(isOffer).length };
}

/**
 * A link that is dropped on a node goes to its best fitting pin; where several are as good, they are offered.
 * @param {Builder} builder @param {Dragged} dragged @param {string|null} nodeId @param {{x: number, y: number}} screen
 */
export function linkToBody(builder, dragged, nodeId, screen) {
  const node = builder.doc.node(nodeId ?? "");
  if (!node || node.id === dragged.nodeId) return;
  const side = dragged.isSource ? "sink" : "source";
  const links = builder.doc.now.links.filter((link) => link[/** @type {"sink_id"} */ (`${side}_id`)] === node.id);
  const linked = new Set(links.map((link) => link[/** @type {"sink_name"} */ (`${side}_name`)]));
  const block = builder.catalog.get(node.block_id);
  const ranked =
    dragged.isSource && !takesLinks(block) ? [] : rankPins(dragged.pin, dragged.isSource, pinsOf(node, block), linked);
  const equal = ranked.filter((one) => one.rank === ranked[0].rank).map((one) => one.pin);
  if (equal.length > 1) return builder.set({ pinChoice: { screen, nodeId: node.id, dragged, pins: equal } });
  if (equal.length) return linkTo(builder, dragged, node.id, equal[0]);
  const words = t("No pin of {node} takes {pin}.", { node: builder.titleOf(node.id), pin: dragged.pin.label });
  toast(words, { isError: true });
}

/** @param {Builder} builder @param {Dragged} dragged @param {string} nodeId @param {Pin} pin */
export function linkTo(builder, dragged, nodeId, pin) {
  const ends = /** @type {[string, string, string, string]} */ (
    dragged.isSource ? [dragged.nodeId, dragged.pin.name, nodeId, pin.name] : [nodeId, pin.name, dragged.nodeId, dragged.pin.name]
  );
  builder.connect(...ends);
}
