/** The form of a node whose block this server does not have, as in an agent from elsewhere: what it is, and what can be done. */

import { html } from "../../vendor/react.js";
import { plural, t } from "../messages.js";
import { copyText } from "../copy_text.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useDraft } from "./hooks.js";
import { pinLabel } from "./pins.js";

/** @param {{node: import("../types.js").GraphNode}} props */
export function UnknownBlock({ node }) {
  const builder = useBuilder();
  const links = useDraft((draft) => draft.links);
  const into = links.filter((link) => link.sink_id === node.id).map((link) => pinLabel(link.sink_name));
  const out = links.filter((link) => link.source_id === node.id).map((link) => pinLabel(link.source_name));
  const values = Object.keys(node.input_default);
  const line = (/** @type {string} */ label, /** @type {string[]} */ names) =>
    names.length > 0 && html`<div><dt>${label}</dt><dd>${[...new Set(names)].join(", ")}</dd></div>`;
  return html`<section className="unknown-block" aria-label=${t("An unknown block")}>
    <p><${Glyph} name="alert" className="tone-wait" /> <b>${t("This server does not have the block of this node.")}</b></p>
    <p>${t("The agent can be edited and saved; a run says that the block is missing.")}</p>
    <dl className="unknown-facts">
      <div><dt>${t("Block")}</dt><dd><code>${node.block_id}</code></dd></div>
      ${line(t("Linked inputs"), into)} ${line(t("Linked outputs"), out)}
      ${values.length > 0 && html`<div><dt>${plural(values.length, "{n} value", "{n} values")}</dt><dd>${values.join(", ")}</dd></div>`}
    </dl>
    <h3>${t("What to do")}</h3>
    <ol>
      <li>${t("Somebody who has the block can give you its file: put it into a folder of blocks.paths and start the server again.")}</li>
      <li>${t("Or put another block beside it, link that one in the same way, and delete this node.")}</li>
    </ol>
    <div className="agent-actions">
      <button type="button" className="button small" onClick=${() => void copyText(node.block_id, t("Copied"))}><${Glyph} name="copy" /> ${t("Copy the block's id")}</button>
      <button type="button" className="button small" onClick=${() => builder.actions.run("add")}><${Glyph} name="plus" /> ${t("Put a block beside it")}</button>
    </div>
  </section>`;
}
