/** Saves the draft as the next version of the agent, or as a new agent. */

import { ApiError, createGraph, updateGraph } from "../api.js";
import { paths } from "../router.js";
import { toast, toastError } from "../toast.js";
import { forgetDraft } from "./draft_keeper.js";
import { findNewer, tellOtherTabs } from "./version_news.js";
import { t } from "../messages.js";

/** @typedef {import("./builder.js").Builder} Builder */

/** @param {Builder} builder @param {string} [note] words about the version @returns {Promise<boolean>} whether the draft is stored now */
export async function saveVersion(builder, note = "") {
  const { doc, saved } = builder;
  if (builder.state.busy) return false;
  if (saved && !builder.state.isChanged) return true;
  builder.set({ busy: "save", refused: [] });
  try {
    const newer = await findNewer(builder);
    if (newer) {
      builder.set({ newer, panel: { kind: "versions" } });
      return false;
    }
    const sent = doc.now; // not before the question above: meanwhile somebody may go on
    const body = { ...graphBody(builder), is_active: true, note };
    const graph = await (saved ? updateGraph(body) : createGraph(body));
    noteSaved(builder, graph, sent);
    return true;
  } catch (error) {
    showRefusal(builder, error);
    return false;
  } finally {
    builder.set({ busy: "" });
  }
}

/** @param {Builder} builder */
function graphBody({ doc, saved }) {
  const { name, description, nodes, links } = doc.now;
  const own = saved
    ? {
        id: saved.id,
        version: saved.version,
        instructions: saved.instructions,
        recommended_schedule_cron: saved.recommended_schedule_cron,
        // One that was imported without some of its blocks stays editable; a run says which are missing.
        allow_missing_blocks: Boolean(saved.missing_blocks?.length),
      }
    : {};
  return { ...own, name: name.trim() || t("New agent"), description, nodes, links };
}

/** @param {Builder} builder @param {import("../types.js").Graph} graph @param {import("./document.js").Draft} sent */
function noteSaved(builder, graph, sent) {
  const isNew = !builder.saved;
  forgetDraft(builder.saved?.id ?? "");
  builder.saved = graph;
  // The server gives every node a new id and keeps their order.
  builder.localIds = new Map((graph.nodes ?? []).map((node, i) => [node.id, sent.nodes[i]?.id ?? node.id]));
  builder.stored = sent;
  if (!isNew) tellOtherTabs(graph);
  builder.set({
    version: graph.version,
    isChanged: builder.differs,
    draft: t("Saved as version {version}", { version: graph.version }),
  });
  if (builder.differs) builder.keepDraft(); // what came after is kept nowhere else
  if (isNew && location.pathname === paths.build()) history.replaceState(null, "", paths.build(graph.id));
  toast(t("Version {version} is saved.", { version: graph.version }));
}

/** @param {Builder} builder @param {unknown} error */
function showRefusal(builder, error) {
  const byNode = error instanceof ApiError ? error.nodeErrors : {};
  const refused = Object.entries(byNode).flatMap(([nodeId, fields]) =>
    Object.entries(fields).map(([field, message]) => ({ nodeId, field, message })),
  );
  builder.set({ refused });
  if (refused.length)
    toast(t("Not saved: the problems are listed at the lower right. The draft is kept here."), { isError: true });
  else toastError(error, t("Not saved"));
}
