/** Nodes and links that go away, and the link that closes where a node stood between two others: the agent stays whole. */

import { toast } from "../toast.js";
import { t } from "../messages.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("../types.js").Link} Link */

/** Deletes what is selected. @param {Builder} builder */
export function removeSelected(builder) {
  const { selectedLinks, panel } = builder.state;
  const nodes = builder.selected;
  if (!nodes.size && !selectedLinks.size) return;
  const bridge = bridgeOver(builder, nodes);
  const [title] = [...nodes].map((id) => builder.titleOf(id));
  builder.doc.remove(nodes, selectedLinks, bridge ? [bridge] : []);
  if (bridge) tellBridge(builder, title ?? "", bridge);
  builder.set({ selectedLinks: new Set() });
  if (panel?.kind === "node" && nodes.has(panel.id)) builder.set({ panel: null });
}

/**
 * The link that closes the gap where the only selected node goes away: it has one link in and one out, and their ends fit.
 * @param {Builder} builder @param {Set<string>} nodeIds @returns {Link|null}
 */
function bridgeOver(builder, nodeIds) {
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
function tellBridge(builder, title, link) {
  const ends = { source: builder.titleOf(link.source_id), sink: builder.titleOf(link.sink_id) };
  toast(t("{title} is deleted; {source} and {sink} are linked.", { title, ...ends }), {
    action: { label: t("Undo"), run: () => builder.doc.undo() },
  });
}
