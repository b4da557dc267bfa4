/** The library: every agent with its graph in small and what its last runs came to. */

import { listExecutions, listGraphs, serverNow } from "../api.js";
import { loadCatalog } from "../catalog.js";
import { fill, h, svg } from "../dom.js";
import { clock, cut, duration, timeMs, when } from "../format.js";
import { drawMini } from "../graph_picture.js";
import { icon } from "../icons.js";
import { openImport } from "../import_agent.js";
import { button, pageHead } from "../page_head.js";
import { paths } from "../router.js";
import { runTicks } from "../run_ticks.js";
import { hasEnded, runLook, statusIcon } from "../status.js";
import { parts, plural, t } from "../messages.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {import("../types.js").GraphExecution} GraphExecution */
/** @typedef {Map<string, import("../types.js").Block>} Catalog */

const SEARCH_FROM = 7;
const REFRESH_MS = 3000;

/** @type {import("../pages.js").View} */
export async function showLibrary(main, _place, signal) {
  const [graphs, runs, catalog] = await Promise.all([listGraphs(), listExecutions(), loadCatalog()]);
  if (signal.aborted) return;
  const create = h("a", { class: "button", href: paths.build() }, icon("plus"), t("New agent"));
  const head = pageHead({
    title: t("Library"),
    actions: [create, button(t("Import"), "upload", openImport, graphs.length ? "filled" : "")],
  });
  if (!graphs.length) return fill(main, head, emptyLibrary());
  const cards = graphs.map((graph) => new AgentCard(graph, catalog));
  const search = graphs.length >= SEARCH_FROM ? searchField(cards) : null;
  fill(
    main,
    head,
    search,
    h(
      "ul",
      { class: "cards" },
      sortByUse(cards, runs).map((card) => card.element),
    ),
  );
  followRuns(cards, runs, signal);
}

/** The agents that ran last come first. @param {AgentCard[]} cards @param {GraphExecution[]} runs */
function sortByUse(cards, runs) {
  /** @type {Map<string, number>} */
  const position = new Map();
  runs.forEach((run, i) => position.has(run.graph_id) || position.set(run.graph_id, i));
  const at = (/** @type {AgentCard} */ card) => position.get(card.graph.id) ?? Infinity;
  return [...cards].sort((a, b) => (at(a) === at(b) ? 0 : at(a) - at(b)));
}

/**
 * Shows the runs, and asks again while some go on.
 * @param {AgentCard[]} cards @param {GraphExecution[]} runs @param {AbortSignal} signal
 */
function followRuns(cards, runs, signal) {
  const show = (/** @type {GraphExecution[]} */ all) => {
    for (const card of cards) card.showRuns(all.filter((run) => run.graph_id === card.graph.id));
  };
  show(runs);
  const timer = setInterval(async () => {
    if (document.hidden || !runs.some((run) => !hasEnded(run.status))) return;
    runs = await listExecutions().catch(() => runs);
    if (!signal.aborted) show(runs);
  }, REFRESH_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** @param {AgentCard[]} cards */
function searchField(cards) {
  const none = h("p", { class: "muted search-none", hidden: true }, t("No agent has this in its name or description."));
  const input = h("input", { class: "input", type: "search", placeholder: t("Search agents"), "aria-label": t("Search agents") });
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase();
    for (const card of cards) card.element.hidden = !card.text.includes(words);
    none.hidden = cards.some((card) => !card.element.hidden);
  });
  return h("div", { class: "search" }, icon("search"), input, none);
}

class AgentCard {
  /** @param {Graph} graph @param {Catalog} catalog */
  constructor(graph, catalog) {
    this.graph = graph;
    this.text = `${graph.name} ${graph.description}`.toLowerCase();
    this.last = h("p", { class: "card-line" });
    this.ticks = h("span", { class: "ticks" });
    const name = h("a", { class: "card-name", href: paths.agent(graph.id) }, graph.name || t("Agent without a name"));
    const line = graph.description?.trim()
      ? cut(graph.description.trim(), 140)
      : plural((graph.nodes ?? []).length, "{n} node", "{n} nodes");
    const go = h(
      "a",
      {
        class: "button soft square card-go",
        href: paths.agent(graph.id),
        "aria-label": t("Run {name}", { name: graph.name }),
        title: t("Run"),
      },
      icon("play"),
    );
    this.element = h(
      "li",
      { class: "card agent-card" },
      h("div", { class: "card-picture", "aria-hidden": "true" }, graph.nodes ? drawMini(graph, catalog) : null),
      h("div", { class: "card-text" }, h("h2", null, name), this.last, h("p", { class: "card-about" }, line)),
      h("div", { class: "card-foot" }, this.ticks, h("span", { class: "grow" }), go),
    );
  }

  /** @param {GraphExecution[]} runs of this agent, the newest first */
  showRuns(runs) {
    const [last] = runs;
    if (!last) fill(this.last, icon("waiting", "tone-quiet"), h("span", { class: "muted" }, t("Never run")));
    else
      fill(
        this.last,
        statusIcon(runLook(last)),
        h("a", { class: `tone-${runLook(last).tone}`, href: paths.run(last.graph_id, last.id) }, lastLine(last)),
      );
    fill(this.ticks, runTicks(runs.map(runLook)));
  }
}

/** @param {GraphExecution} run @returns {string} */
function lastLine(run) {
  const look = runLook(run);
  const started = timeMs(run.started_at);
  if (run.status === "RUNNING") return `Running ${clock(serverNow() - started)}`;
  if (!hasEnded(run.status)) return look.word;
  const took = timeMs(run.ended_at) - started;
  const lead = look.tone === "done" ? "" : `${look.brief ?? look.word}, `;
  return `${lead}${when(started)}${Number.isNaN(took) ? "" : t(", took {time}", { time: duration(took) })}`;
}

function emptyLibrary() {
  const picture = svg(
    "svg",
    { class: "graph empty-picture", viewBox: "0 0 200 70", "aria-hidden": "true" },
    svg(
      "g",
      { class: "graph-links" },
      ["M46 35H84", "M118 35C138 35 132 14 152 14", "M118 35C138 35 132 56 152 56"].map((d) =>
        svg("path", { class: "pin-text", d }),
      ),
    ),
    svg("g", { class: "graph-node" }, svg("rect", { x: 6, y: 24, width: 40, height: 22, rx: 6 })),
    svg("g", { class: "graph-node lit" }, svg("rect", { x: 84, y: 18, width: 34, height: 34, rx: 7 })),
    svg(
      "g",
      { class: "graph-node ahead" },
      svg("rect", { x: 152, y: 3, width: 40, height: 22, rx: 6 }),
      svg("rect", { x: 152, y: 45, width: 40, height: 22, rx: 6 }),
    ),
  );
  return h(
    "div",
    { class: "empty dotted" },
    picture,
    h("h2", { class: "empty-title" }, t("No agents yet")),
    h(
      "p",
      null,
      parts("Drop an AutoGPT agent file anywhere on this page, or paste its JSON with {keys}.", {
        keys: h("kbd", null, "Ctrl V"),
      }),
    ),
    h("div", { class: "empty-actions" }, button(t("Import an agent"), "upload", openImport, "filled")),
  );
}
