/** Copies of nodes that come into the agent: pasted, duplicated, or dragged beside what they are made of. */

import { toast } from "../toast.js";
import { GRID } from "./builder.js";
import { copySelected, partOf } from "./clipboard.js";
import { plural } from "../messages.js";

/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {import("../types.js").Link} Link */

const STEP = 6 * GRID;

/**
 * Adds copies under new ids and selects them.
 * @param {import("./builder.js").Builder} builder @param {{nodes: GraphNode[], links: Link[]}} copied @param {{x: number, y: number}} [by]
 */
export function pasteNodes(builder, { nodes, links }, by = { x: STEP, y: STEP }) {
  const ids = new Map(nodes.map((node) => [node.id, crypto.randomUUID()]));
  const made = nodes.map((node, i) => {
    const at = readPosition(node.metadata?.position, i);
    const metadata = { ...node.metadata, position: { x: at.x + by.x, y: at.y + by.y } };
    return { id: ids.get(node.id) ?? "", block_id: node.block_id, input_default: node.input_default ?? {}, metadata };
  });
  const inside = links.filter((link) => ids.has(link.source_id) && ids.has(link.sink_id));
  const copies = inside.map((link) => ({
    ...link,
    id: crypto.randomUUID(),
    source_id: ids.get(link.source_id) ?? "",
    sink_id: ids.get(link.sink_id) ?? "",
  }));
  builder.doc.add(made, copies);
  builder.select(ids.values());
  builder.set({ panel: null });
  if (made.length > 1) toast(plural(made.length, "{n} node is added.", "{n} nodes are added."));
}

/** @param {any} position @param {number} i @returns {{x: number, y: number}} */
export function readPosition(position, i) {
  const { x, y } = position ?? {};
  return Number.isFinite(x) && Number.isFinite(y) ? { x, y } : { x: (i % 5) * 280, y: Math.floor(i / 5) * 160 };
}

/** What is selected, as the keys copy it. @param {import("./builder.js").Builder} builder */
export async function copyToClipboard(builder) {
  const copied = copySelected(builder);
  if (!copied) return;
  await navigator.clipboard.writeText(JSON.stringify(copied, null, 2));
  toast(plural(copied.nodes.length, "{n} node is copied.", "{n} nodes are copied."));
}

/** What is selected, once more. @param {import("./builder.js").Builder} builder */
export function duplicate(builder) {
  const copied = copySelected(builder);
  if (copied) pasteNodes(builder, copied);
}

/** Copies within the agent, beside what they are made of. @param {import("./builder.js").Builder} builder @param {Set<string>} ids @param {{x: number, y: number}} by */
export function copyNodes(builder, ids, by) {
  pasteNodes(builder, partOf(builder, ids), by);
}
