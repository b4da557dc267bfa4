/** Copy and paste of nodes, as JSON text: between agents, windows and files. */

import { toast } from "../toast.js";
import { GRID } from "./builder.js";
import { plural } from "../messages.js";

/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {import("../types.js").Link} Link */

const STEP = 6 * GRID;

/** @param {import("./builder.js").Builder} builder @returns {{nodes: GraphNode[], links: Link[]}|null} */
export function copySelected(builder) {
  const ids = builder.selected;
  return ids.size ? partOf(builder, ids) : null;
}

/** Copies within the agent, beside what they are made of. @param {import("./builder.js").Builder} builder @param {Set<string>} ids @param {{x: number, y: number}} by */
export function copyNodes(builder, ids, by) {
  pasteNodes(builder, partOf(builder, ids), by);
}

/** @param {import("./builder.js").Builder} builder @param {Set<string>} ids @returns {{nodes: GraphNode[], links: Link[]}} */
function partOf(builder, ids) {
  const { nodes, links } = builder.doc.now;
  const { catalog } = builder;
  return {
    nodes: nodes.filter((node) => ids.has(node.id)).map((node) => withoutKeys(node, catalog)),
    links: links.filter((link) => ids.has(link.source_id) && ids.has(link.sink_id)),
  };
}

/** What is selected, as the keys copy it. @param {import("./builder.js").Builder} builder */
export async function copyToClipboard(builder) {
  const copied = copySelected(builder);
  if (!copied) return;
  await navigator.clipboard.writeText(JSON.stringify(copied, null, 2));
  toast(plural(copied.nodes.length, "{n} node is copied.", "{n} nodes are copied."));
}

/**
 * Secrets and what runs gave do not go where anybody can paste.
 * @param {GraphNode} node
 * @param {Map<string, import("../types.js").Block>} catalog
 */
function withoutKeys(node, catalog) {
  const properties = catalog.get(node.block_id)?.inputSchema.properties ?? {};
  const kept = Object.entries(node.input_default).filter(([name]) => !properties[name]?.secret);
  const { pinned_output: _, ...metadata } = node.metadata;
  return { id: node.id, block_id: node.block_id, input_default: Object.fromEntries(kept), metadata };
}

/** @param {string} text @returns {{nodes: GraphNode[], links: Link[]}|null} */
export function readNodes(text) {
  try {
    const value = JSON.parse(text);
    const found = value?.graph ?? value;
    const isNode = (/** @type {any} */ node) => typeof node?.id === "string" && typeof node?.block_id === "string";
    if (!Array.isArray(found?.nodes) || !found.nodes.length || !found.nodes.every(isNode)) return null;
    return { nodes: found.nodes, links: Array.isArray(found.links) ? found.links : [] };
  } catch {
    return null;
  }
}

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

/** @param {any} builder @param {AbortSignal} signal */
export function listenToClipboard(builder, signal) {
  const inField = (/** @type {Event} */ event) =>
    event.target instanceof HTMLInputElement ||
    event.target instanceof HTMLTextAreaElement ||
    String(getSelection() ?? "") !== "";
  const take = (/** @type {ClipboardEvent} */ event, /** @type {boolean} */ cut) => {
    const copied = inField(event) ? null : copySelected(builder);
    if (!copied || !event.clipboardData) return;
    event.clipboardData.setData("text/plain", JSON.stringify(copied, null, 2));
    event.preventDefault();
    if (cut) builder.actions.run("delete");
    else toast(plural(copied.nodes.length, "{n} node is copied.", "{n} nodes are copied."));
  };
  document.addEventListener("copy", (event) => take(event, false), { signal });
  document.addEventListener("cut", (event) => take(event, true), { signal });
  // Before the window's own listener, which takes any JSON of an agent as one to import.
  document.addEventListener(
    "paste",
    (event) => {
      const nodes = inField(event) ? null : readNodes(event.clipboardData?.getData("text/plain") ?? "");
      if (!nodes) return;
      event.preventDefault();
      event.stopPropagation();
      pasteNodes(builder, nodes);
    },
    { signal },
  );
}
