/** Versions that come from elsewhere: whether there is one, and what a tab does with it; and what other tabs are told. */

import { getGraph } from "../api.js";
import { t } from "../messages.js";
import { hasEnded } from "../status.js";
import { toast } from "../toast.js";
import { CHANNEL } from "./version_watch.js";
import { takeVersion } from "./versions.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("../types.js").Graph} Graph */

/** @param {Graph} graph that this tab has saved */
export function tellOtherTabs(graph) {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage({ graphId: graph.id, version: graph.version });
  channel.close();
}

/** @param {Builder} builder @returns {Promise<Graph|null>} the active version, where it is newer than what this tab knows */
export async function findNewer(builder) {
  const { saved } = builder;
  if (!saved) return null;
  const active = await getGraph(saved.id);
  return active.version > Math.max(saved.version, builder.seenVersion) ? active : null;
}

/** @param {Builder} builder @param {Graph} newer */
export function showNewer(builder, newer) {
  const known = Math.max(builder.saved?.version ?? 0, builder.seenVersion, builder.state.newer?.version ?? 0);
  if (newer.version <= known) return;
  const { isChanged, run } = builder.state;
  if (!isChanged && (!run || hasEnded(run.run.status))) {
    takeVersion(builder, newer);
    return toast(t("Version {version}, which was saved elsewhere, is shown.", { version: newer.version }));
  }
  builder.set({ newer });
  // The other tab has removed the kept draft of this agent with its own.
  builder.keepDraft();
}
