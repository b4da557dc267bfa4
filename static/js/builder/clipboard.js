/** Copy and paste of nodes, as JSON text, between agents, windows and files: what the browser wants to know at once. */

import { toast } from "../toast.js";
import { plural, t } from "../messages.js";
import { pasteNodes } from "./parts.js";

/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {import("../types.js").Link} Link */

/** @param {import("./builder.js").Builder} builder @returns {{nodes: GraphNode[], links: Link[]}|null} */
export function copySelected(builder) {
  const ids = builder.selected;
  return ids.size ? partOf(builder, ids) : null;
}

/** @param {import("./builder.js").Builder} builder @param {Set<string>} ids @returns {{nodes: GraphNode[], links: Link[]}} */
export function partOf(builder, ids) {
  const { nodes, links } = builder.doc.now;
  const { catalog } = builder;
  return {
    nodes: nodes.filter((node) => ids.has(node.id)).map((node) => withoutKeys(node, catalog)),
    links: links.filter((link) => ids.has(link.source_id) && ids.has(link.sink_id)),
  };
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
      builder.actions.perform({
        label: t("Paste"),
        part: pasteNodes,
        run: (/** @type {any} */ part) => part.pasteNodes(builder, nodes),
      });
    },
    { signal },
  );
}
