/**
 * Two tabs agree: what another tab or program saves comes up here, at once between tabs of one browser, else when this one is looked
 * at again and before it saves. A tab without changes of its own takes it; otherwise both versions are shown.
 */

import { versionNews } from "./parts.js";

export const CHANNEL = "agent-versions";

/** @param {import("./builder.js").Builder} builder @param {AbortSignal} signal */
export function watchVersions(builder, signal) {
  const look = async () => {
    if (document.visibilityState !== "visible" || builder.state.busy) return;
    // Offline or logged out: what the page does next says so.
    const news = await versionNews().catch(() => null);
    const newer = await news?.findNewer(builder).catch(() => null);
    if (news && newer && !signal.aborted && !builder.state.busy) news.showNewer(builder, newer);
  };
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", ({ data }) => data?.graphId === builder.saved?.id && void look());
  document.addEventListener("visibilitychange", () => void look(), { signal });
  signal.addEventListener("abort", () => channel.close());
}
