/** Blocks that are added: by themselves, at the end of a link, or between its two ends. */

import { isNote } from "../names.js";
import { snap } from "./builder.js";
import { noteBox } from "./node_box.js";
import { bestPin } from "./pin_ranks.js";
import { pinsOf, takesLinks } from "./pins.js";
import { whenDrawn } from "./side_panel.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("../types.js").Link} Link */

/**
 * Adds a node, and links it where a pin was dragged to get it.
 * @param {Builder} builder @param {string} blockId @param {import("./types.js").Point} at @param {import("./types.js").Dragged|null} [from]
 * @param {Record<string, any>} [inputs] @returns {string} its id
 */
export function addNode(builder, blockId, at, from = null, inputs = {}) {
  const id = crypto.randomUUID();
  const node = { id, block_id: blockId, input_default: inputs, metadata: { position: snap(at) } };
  const block = builder.catalog.get(blockId);
  const pin = from && (!from.isSource || takesLinks(block)) ? bestPin(from.pin, from.isSource, pinsOf(node, block)) : null;
  const links = [];
  if (from && pin) {
    const ends = from.isSource
      ? { source_id: from.nodeId, source_name: from.pin.name, sink_id: id, sink_name: pin.name }
      : { source_id: id, source_name: pin.name, sink_id: from.nodeId, sink_name: from.pin.name };
    links.push({
      id: crypto.randomUUID(),
      ...ends,
      is_static: builder.catalog.get(builder.doc.node(ends.source_id)?.block_id ?? blockId)?.staticOutput === true,
    });
  }
  builder.doc.add([node], links);
  builder.openPanel(id, "inputs");
  return id;
}

/** @param {Builder} builder */
export function addNote(builder) {
  const block = [...builder.catalog.values()].find(isNote);
  if (!block) return;
  const { width, height } = noteBox(/** @type {any} */ ({}));
  const id = addNode(builder, block.id, builder.camera.freePlace({ width, height }), null, { text: "" });
  builder.set({ panel: null });
  whenDrawn(`.react-flow__node[data-id="${id}"] textarea`, (text) => text.focus());
}

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
