/**
 * Two tabs agree: what another tab or program saves comes up here, at once between tabs of one browser, else when this one is looked
 * at again and before it saves. A tab without changes of its own takes it; otherwise both versions are shown.
 */

import { getGraph } from "../api.js";
import { hasEnded } from "../status.js";
import { toast } from "../toast.js";
import { takeVersion } from "./versions.js";
import { t } from "../messages.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("../types.js").Graph} Graph */

const CHANNEL = "agent-versions";

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

/** @param {Builder} builder @param {AbortSignal} signal */
export function watchVersions(builder, signal) {
  const look = async () => {
    if (document.visibilityState !== "visible" || builder.state.busy) return;
    // Offline or logged out: what the page does next says so.
    const newer = await findNewer(builder).catch(() => null);
    if (newer && !signal.aborted && !builder.state.busy) showNewer(builder, newer);
  };
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", ({ data }) => data?.graphId === builder.saved?.id && void look());
  document.addEventListener("visibilitychange", () => void look(), { signal });
  signal.addEventListener("abort", () => channel.close());
}
