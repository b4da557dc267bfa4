/** What the builder does with versions: takes one as the draft, brings an old one back, makes one the active one. */

import { updateGraph } from "../api.js";
import { setActiveVersion } from "../api/versions.js";
import { toast } from "../toast.js";
import { forgetDraft } from "./draft_keeper.js";
import { placeNodes } from "./place_nodes.js";
import { readGraph } from "./read_graph.js";
import { saveVersion } from "./save.js";
import { tellOtherTabs } from "./version_news.js";
import { t } from "../messages.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("../types.js").Graph} Graph */

/**
 * Puts a stored version on the canvas, in one step that undo takes back: the draft before is never lost.
 * @param {Builder} builder @param {Graph} graph
 */
export function takeVersion(builder, graph) {
  const draft = placeNodes(readGraph(graph));
  builder.doc.edit(draft);
  builder.saved = graph;
  builder.localIds = new Map(draft.nodes.map((node) => [node.id, node.id]));
  builder.stored = builder.doc.now;
  forgetDraft(graph.id);
  builder.set({ version: graph.version, newer: null, isChanged: false, draft: "", refused: [], selectedLinks: new Set() });
}

/** Makes the next version of an old one. @param {Builder} builder @param {Graph} old */
export async function restoreVersion(builder, old) {
  const hadChanges = builder.state.isChanged;
  const { id, name, description, instructions, recommended_schedule_cron, nodes, links } = old;
  const body = {
    id,
    name,
    description,
    instructions,
    recommended_schedule_cron,
    nodes,
    links,
    is_active: true,
    allow_missing_blocks: Boolean(old.missing_blocks?.length),
  };
  const graph = await updateGraph(body);
  takeVersion(builder, graph);
  tellOtherTabs(graph);
  const text = t("Version {old} is back, as version {version}.", { old: old.version, version: graph.version });
  toast(text, hadChanges ? { action: { label: t("Bring my draft back"), run: () => builder.doc.undo() } } : {});
}

/** @param {Builder} builder @param {Graph} graph */
export async function activateVersion(builder, graph) {
  await setActiveVersion(graph.id, graph.version);
  toast(t("Version {version} is the active one: schedules, triggers and the library run it.", { version: graph.version }));
}

/** Saves the draft beside the version that came meanwhile, as the one after it. @param {Builder} builder */
export async function saveBesideNewer(builder) {
  const { newer } = builder.state;
  if (!newer) return;
  builder.seenVersion = newer.version;
  builder.set({ newer: null });
  if (!(await saveVersion(builder))) builder.set({ newer });
}
