/** The menu of a right click, or of the key for it: what can be done with a node, a link, or the canvas at that place. */

import { t } from "../messages.js";
import { openMenu } from "../menu.js";
import { toast } from "../toast.js";
import { openMenuAt } from "./canvas.js";
import { readNodes } from "./clipboard.js";
import { goInto } from "./crumbs.js";
import { isNote } from "../names.js";
import { pasteNodes } from "./paste_nodes.js";
import { pinnedOutput } from "./pinned_outputs.js";

/** @typedef {import("../menu.js").MenuItem} MenuItem */

/** The icons of the pages for the builder's glyphs. @type {Record<string, string>} */
const ICONS = {
  node: "blocks",
  redo: "again",
  undo: "again",
  text: "file",
  note: "file",
  tidy: "blocks",
  fit: "expand",
  pin: "star",
  ban: "skip",
};

/** @param {any} builder @param {string[]} ids of actions @param {Record<string, string>} [words] other labels @returns {MenuItem[]} */
function itemsOf(builder, ids, words = {}) {
  return ids.flatMap((id) => {
    const action = builder.actions.all.get(id);
    if (!action) return [];
    const run = () => builder.actions.run(id);
    return [
      {
        label: words[id] ?? action.label,
        icon: ICONS[action.glyph] ?? action.glyph,
        keys: action.keys,
        run,
        isLoss: id === "delete",
      },
    ];
  });
}

/** @param {any} builder @param {HTMLElement} anchor @param {{x: number, y: number}|undefined} at the pointer; below the anchor without one @param {string} id */
export function openNodeMenu(builder, anchor, at, id) {
  if (!builder.selected.has(id)) builder.select([id]);
  const node = builder.doc.node(id);
  const block = builder.catalog.get(node?.block_id ?? "");
  if (!node) return;
  const agentId = block?.uiType === "Agent" ? node.input_default.graph_id : undefined;
  const open = { label: t("Open agent"), icon: "arrow", keys: "", run: () => goInto(builder, agentId) };
  const words = { pin: pinnedOutput(node) ? t("Unpin the output") : t("Pin the output"), delete: t("Delete") };
  const forOne =
    builder.selected.size > 1 || isNote(block) ? [] : ["open-form", "rename", "run-alone", "run-from", "pin", "switch-off"];
  const items = [
    ...(agentId ? [open] : []),
    ...itemsOf(builder, forOne, words),
    ...itemsOf(builder, ["copy", "duplicate", "delete"], words),
  ];
  openMenu(anchor, t("Node {title}", { title: builder.titleOf(id) }), items, at);
}

/** @param {any} builder @param {HTMLElement} anchor @param {{x: number, y: number}} at @param {string} id of a link */
export function openLinkMenu(builder, anchor, at, id) {
  builder.select([]);
  builder.set({ selectedLinks: new Set([id]) });
  const link = builder.doc.now.links.find((/** @type {any} */ one) => one.id === id);
  const show = (/** @type {string} */ nodeId) => ({
    label: t("Show {node}", { node: builder.titleOf(nodeId) }),
    icon: "arrow",
    keys: "",
    run: () => builder.reveal(nodeId),
  });
  const ends = link ? [show(link.source_id), show(link.sink_id)] : [];
  openMenu(anchor, t("Link"), [...ends, ...itemsOf(builder, ["delete"], { delete: t("Delete the link") })], at);
}

/** @param {any} builder @param {HTMLElement} anchor @param {{x: number, y: number}} at */
export function openCanvasMenu(builder, anchor, at) {
  const add = { label: t("Add a block here"), icon: "plus", keys: "A", run: () => openMenuAt(builder, at) };
  const pasteHere = { label: t("Paste"), icon: "copy", keys: "Ctrl V", run: () => void paste(builder, at) };
  openMenu(anchor, t("Canvas"), [add, pasteHere, ...itemsOf(builder, ["note", "select-all", "tidy", "fit"])], at);
}

/** @param {any} builder @param {{x: number, y: number}} at */
async function paste(builder, at) {
  const text = await navigator.clipboard.readText().catch(() => null);
  const copied = text === null ? null : readNodes(text);
  if (!copied)
    return toast(
      text === null
        ? t("The browser does not let the page read the clipboard. Press Ctrl V.")
        : t("There are no nodes in the clipboard."),
      { isError: true },
    );
  const [first] = copied.nodes;
  const to = builder.flow.screenToFlowPosition(at);
  const from = first.metadata?.position ?? { x: 0, y: 0 };
  pasteNodes(builder, copied, { x: Math.round((to.x - from.x) / 8) * 8, y: Math.round((to.y - from.y) / 8) * 8 });
}
