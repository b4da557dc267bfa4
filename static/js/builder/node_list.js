/** The nodes as a list, in the order of their links: on a phone the way to each, and what comes after it is added here. */

import { html } from "../../vendor/react.js";
import { plural, t } from "../messages.js";
import { layOut } from "../graph_layout.js";
import { blockLine, isNote, nodeTitle } from "../names.js";
import { CloseButton } from "./close_button.js";
import { Glyph, blockGlyph } from "./glyphs.js";
import { useBuilder, useDraft, useView } from "./hooks.js";
import { pinsOf } from "./pins.js";
import { NodeRunMark } from "./panel_marks.js";
import { SheetGrip } from "./sheet.js";

/** @typedef {import("../types.js").GraphNode} GraphNode */

/** @param {import("./document.js").Draft} draft @param {Map<string, any>} catalog @returns {GraphNode[]} what runs first stands first */
function inOrder({ nodes, links }, catalog) {
  const own = nodes.filter((node) => !isNote(catalog.get(node.block_id)));
  const { cells } = layOut(
    own.map((node) => node.id),
    links,
  );
  const at = (/** @type {GraphNode} */ node) => cells.get(node.id) ?? { column: 0, row: 0 };
  return own.sort((a, b) => at(a).column - at(b).column || at(a).row - at(b).row);
}

export function NodeList() {
  const builder = useBuilder();
  const draft = useDraft((one) => one);
  const nodes = inOrder(draft, builder.catalog);
  return html`<aside className="panel" aria-label=${t("List of nodes")}>
    <${SheetGrip} /><header className="panel-head">
      <span className="panel-icon"><${Glyph} name="list" /></span>
      <div className="panel-names"><h2>${t("Nodes")}</h2><div className="muted">${plural(nodes.length, "{n} node", "{n} nodes")}</div></div>
      <${CloseButton} />
    </header>
    <div className="panel-body"><ul className="node-list">${nodes.map((node) => html`<${Row} key=${node.id} node=${node} />`)}</ul></div>
  </aside>`;
}

/** @param {{node: GraphNode}} props */
function Row({ node }) {
  const builder = useBuilder();
  const block = builder.catalog.get(node.block_id);
  const [first] = pinsOf(node, block).outputs.filter((pin) => pin.name !== "error");
  const title = nodeTitle(node, block);
  return html`<li>
    <button type="button" className="node-list-row" onClick=${() => builder.reveal(node.id)}>
      <${Glyph} name=${blockGlyph(block)} /><span className="menu-names"><b>${title}</b><span>${blockLine(block)}</span></span>
      <${NodeRunMark} id=${node.id} />
    </button>
    ${first && html`<button type="button" className="button quiet square" aria-label=${t("Add after {node}", { node: title })} onClick=${() => builder.offerAfter(node.id, first, { x: 0, y: 0 })}><${Glyph} name="plus" /></button>`}
  </li>`;
}
