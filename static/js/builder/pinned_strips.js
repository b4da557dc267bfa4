/** What is pinned to a node and to those before it: a line each, in the tab of its outputs. */

import { html } from "../../vendor/react.js";
import { size, when } from "../format.js";
import { toastError } from "../toast.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useDraft } from "./hooks.js";
import { togglePin } from "./pin_output.js";
import { pinnedOutput } from "./pinned_outputs.js";
import { plural, t } from "../messages.js";

const MOST_STRIPS = 3;

/** @param {{nodeId: string}} props */
export function PinnedStrips({ nodeId }) {
  const builder = useBuilder();
  const nodes = useDraft((draft) => draft.nodes);
  const links = useDraft((draft) => draft.links);
  const node = nodes.find((one) => one.id === nodeId);
  const sources = new Set(links.filter((link) => link.sink_id === nodeId).map((link) => link.source_id));
  const before = nodes.filter((one) => sources.has(one.id) && pinnedOutput(one)).slice(0, MOST_STRIPS);
  const title = (/** @type {string} */ id) => t("Pinned before it: {node}", { node: builder.titleOf(id) });
  return html`${pinnedOutput(node) && html`<${Strip} node=${node} title=${t("Pinned to this node")} />`}
    ${before.map((one) => html`<${Strip} key=${one.id} node=${one} title=${title(one.id)} />`)}`;
}

/** @param {{node: any, title: string}} props */
function Strip({ node, title }) {
  const builder = useBuilder();
  const pinned = pinnedOutput(node);
  if (!pinned) return null;
  const from = { size: size(pinned.size_bytes), when: when(Date.parse(pinned.at)) };
  const words = plural(
    pinned.outputs.length,
    "Simulate replays what {n} execution gave {when} ({size}). No call, no cost.",
    "Simulate replays what {n} executions gave {when} ({size}). No call, no cost.",
    from,
  );
  return html`<div className="pinned-strip">
    <${Glyph} name="pin" />
    <div><b>${title}</b><p className="muted">${words}</p></div>
    ${html`<button type="button" className="button small" onClick=${() => void togglePin(builder, node.id).catch(toastError)}>${t("Unpin")}</button>`}
  </div>`;
}
