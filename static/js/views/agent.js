/** One agent, in tabs that are addresses: its runs and the form that starts one, what starts it by itself, presets, versions, settings. */

import { getGraph } from "../api.js";
import { loadCatalog } from "../catalog.js";
import { fill, h } from "../dom.js";
import { getReport } from "../api/reports.js";
import { approvalStrip } from "../agent/approval_strip.js";
import { agentHead } from "../agent/head.js";
import { textInput } from "../agent/text_input.js";
import { t } from "../messages.js";
import { loadStyles } from "../styles.js";
import { toastError } from "../toast.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {Map<string, import("../types.js").Block>} Catalog */

/**
 * What a tab gets; `reopen` shows the page anew, after a change of the agent itself.
 * @typedef {{graph: Graph, catalog: Catalog, query: URLSearchParams, signal: AbortSignal, reopen: () => void}} AgentPlace
 */
/** @typedef {(box: HTMLElement, place: AgentPlace) => Promise<void>} TabView */

/** @type {{name: string, label: string, load: () => Promise<TabView>}[]} */
const TABS = [
  { name: "runs", label: t("Runs"), load: async () => (await import("../agent/runs_tab.js")).showRunsTab },
  { name: "chat", label: t("Chat"), load: async () => (await import("../agent/chat_tab.js")).showChat },
  { name: "schedules", label: t("Schedules"), load: async () => (await import("../agent/schedules_tab.js")).showSchedulesTab },
  { name: "triggers", label: t("Triggers"), load: async () => (await import("../agent/triggers_tab.js")).showTriggersTab },
  { name: "presets", label: t("Presets"), load: async () => (await import("../agent/presets_tab.js")).showPresets },
  { name: "versions", label: t("Versions"), load: async () => (await import("../agent/versions_tab.js")).showVersions },
  { name: "settings", label: t("Settings"), load: async () => (await import("../agent/settings_tab.js")).showAgentSettings },
];

/** @type {import("../pages.js").View} */
export async function showAgent(main, place, signal) {
  const { graphId } = place.params;
  const [graph, catalog, report] = await Promise.all([
    getGraph(graphId),
    loadCatalog(),
    getReport(graphId).catch(() => null), // whoever may not approve it is told by the refused run
    loadStyles("agent.css", "runs_list.css"),
  ]);
  if (signal.aborted) return;
  const tabs = TABS.filter((tab) => tab.name !== "chat" || textInput(graph));
  const tab = tabs.find((one) => one.name === place.query.get("tab")) ?? tabs[0];
  const show = await tab.load();
  const box = h("div", { class: "tab-body" });
  const reopen = () => void Promise.resolve(showAgent(main, place, signal)).catch((error) => toastError(error));
  await show(box, { graph, catalog, query: place.query, signal, reopen });
  if (signal.aborted) return;
  fill(main, agentHead(graph, tabs, tab.name, approvalStrip(report, reopen), reopen), box);
  main.querySelector(".tab[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}
