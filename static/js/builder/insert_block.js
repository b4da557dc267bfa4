/** Blocks that come into a link, and links that close where a block goes away: the agent stays whole. */

import { toast } from "../toast.js";
import { snap } from "./builder.js";
import { bestPin, pinsOf, takesLinks } from "./pins.js";
import { t } from "../messages.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("../types.js").Link} Link */

/**
 * Puts a block between the two ends of a link, in one step of undo.
 * @param {Builder} builder @param {string} linkId @param {string} blockId @param {{x: number, y: number}} at
 * @param {Record<string, any>} inputs @returns {boolean} false where no pins of the block fit
 */
export function insertOnLink(builder, linkId, blockId, at, inputs) {
  const { doc } = builder;
  const node = { id: crypto.randomUUID(), block_id: blockId, input_default: inputs, metadata: { position: snap(at) } };
  const links = linksThrough(builder, linkId, node);
  if (!links) return false;
  doc.edit({ nodes: [...doc.now.nodes, node], links });
  builder.openPanel(node.id, "inputs");
  return true;
}

/**
 * All links, with a node between the ends of one of them.
 * @param {Builder} builder @param {string} linkId @param {import("../types.js").GraphNode} node @returns {Link[]|null} null where no pins of it fit
 */
export function linksThrough(builder, linkId, node) {
  const { doc, catalog } = builder;
  const link = doc.now.links.find((one) => one.id === linkId);
  const block = catalog.get(node.block_id);
  if (!link || !takesLinks(block)) return null;
  const pins = pinsOf(node, block);
  const input = bestPin(builder.pin("source", link.source_id, link.source_name), true, pins);
  const output = bestPin(builder.pin("target", link.sink_id, link.sink_name), false, pins);
  if (!input || !output) return null;
  const before = { ...link, id: crypto.randomUUID(), sink_id: node.id, sink_name: input.name };
  const after = { ...link, id: crypto.randomUUID(), source_id: node.id, source_name: output.name };
  after.is_static = block?.staticOutput === true;
  return [...doc.now.links.filter((one) => one !== link), before, after];
}

/** @param {number} x @param {number} y on the screen @returns {Element|null} the link there, also below a node */
export function linkAt(x, y) {
  for (const one of document.elementsFromPoint(x, y)) {
    const link = one.closest(".react-flow__edge");
    if (link) return link;
  }
  return null;
}

/** Shows that a link would take what is dragged over it. @param {Element|null} link */
export function markLink(link) {
  const before = document.querySelector(".react-flow__edge[data-drop]");
  if (before === link) return;
  before?.removeAttribute("data-drop");
  link?.setAttribute("data-drop", "");
}

/**
 * The link that closes the gap where the only selected node goes away: it has one link in and one out, and their ends fit.
 * @param {Builder} builder @param {Set<string>} nodeIds @returns {Link|null}
 */
export function bridgeOver(builder, nodeIds) {
  const [id, another] = nodeIds;
  if (!id || another) return null;
  const { links } = builder.doc.now;
  const [before, more] = links.filter((one) => one.sink_id === id);
  const [after, evenMore] = links.filter((one) => one.source_id === id);
  if (!before || !after || more || evenMore || before.source_id === id) return null;
  const { source_id, source_name, is_static } = before;
  const { sink_id, sink_name } = after;
  if (builder.refusal(source_id, source_name, sink_id, sink_name)) return null;
  return { id: crypto.randomUUID(), source_id, source_name, sink_id, sink_name, is_static };
}

/** @param {Builder} builder @param {string} title of the node that went away @param {Link} link */
export function tellBridge(builder, title, link) {
  const ends = { source: builder.titleOf(link.source_id), sink: builder.titleOf(link.sink_id) };
  toast(t("{title} is deleted; {source} and {sink} are linked.", { title, ...ends }), {
    action: { label: t("Undo"), run: () => builder.doc.undo() },
  });
}
