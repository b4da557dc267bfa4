/** On the node of an agent that has a newer version: what would change with it, before it is taken. */

import { getGraph } from "../api.js";
import { html, useEffect, useState } from "../../vendor/react.js";
import { plural, t } from "../messages.js";
import { toast } from "../toast.js";
import { applyUpdate, planUpdate } from "./agent_update.js";
import { goInto } from "./crumbs.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useDraft } from "./hooks.js";

/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {import("../types.js").Graph} Graph */

const MOST_LINES = 8;

/** @param {{node: GraphNode}} props */
export function NewerAgent({ node }) {
  const builder = useBuilder();
  const { graph_id: graphId, graph_version: version } = node.input_default;
  const [active, setActive] = useState(/** @type {Graph|null} */ (null));
  useEffect(() => {
    let isOld = false;
    setActive(null);
    // An agent that cannot be read shows as a problem when it is saved; here nothing is offered.
    getGraph(graphId).then(
      (graph) => isOld || setActive(graph),
      () => {},
    );
    return () => void (isOld = true);
  }, [graphId]);
  const isNewer = active !== null && active.version > version;
  return html`<div className="agent-strip">
    ${isNewer && html`<${Offer} node=${node} active=${active} />`}
    <button type="button" className="button small" onClick=${() => goInto(builder, graphId)}><${Glyph} name="agent" /> ${t("Open agent")}</button>
  </div>`;
}

/** @param {{node: GraphNode, active: Graph}} props */
function Offer({ node, active }) {
  const builder = useBuilder();
  const links = useDraft((draft) => draft.links);
  const [isOpen, setOpen] = useState(false);
  const update = planUpdate(builder, node, active);
  const from = { version: node.input_default.graph_version, newer: active.version };
  const take = () => {
    applyUpdate(builder, planUpdate(builder, node, active));
    toast(t("{node} is version {newer} now.", { ...from, node: builder.titleOf(node.id) }), {
      action: { label: t("Undo"), run: () => builder.doc.undo() },
    });
  };
  const verb = update.broken.length
    ? plural(update.broken.length, "Update, {n} link goes", "Update, {n} links go")
    : t("Update to version {newer}", from);
  return html`<div className="agent-newer" role="group" aria-label=${t("A newer version")} data-links=${links.length}>
    <p><b>${t("Version {newer} of this agent is there.", from)}</b> ${t("The node uses version {version}.", from)}</p>
    ${
      isOpen &&
      html`<ul className="agent-changes">
        ${update.lines.slice(0, MOST_LINES).map((line) => html`<li key=${line}><${Glyph} name="alert" className="tone-wait" /> <span>${line}</span></li>`)}
        ${update.lines.length > MOST_LINES && html`<li className="muted">${plural(update.lines.length - MOST_LINES, "and {n} more", "and {n} more")}</li>`}
        ${!update.lines.length && html`<li><${Glyph} name="check" className="tone-done" /> <span>${t("Nothing changes for what is linked or typed here.")}</span></li>`}
      </ul>`
    }
    <div className="agent-actions">
      ${
        isOpen
          ? html`<button type="button" className="button small" onClick=${take}>${verb}</button>`
          : html`<button type="button" className="button small" aria-expanded="false" onClick=${() => setOpen(true)}>${t("Show what changes")}</button>`
      }
    </div>
  </div>`;
}
