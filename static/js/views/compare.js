/** Two runs side by side: what they were given, what they gave, and how each node did. */

import { getGraph } from "../api.js";
import { getRun } from "../api/values.js";
import { loadCatalog } from "../catalog.js";
import { fill, h } from "../dom.js";
import { dayAndTime, duration, number, timeMs } from "../format.js";
import { credits } from "../library/words.js";
import { t } from "../messages.js";
import { nameNodes } from "../names.js";
import { pageHead } from "../page_head.js";
import { paths } from "../router.js";
import { RunState } from "../run_state.js";
import { badge, runLook, statusLook } from "../status.js";
import { runName } from "../run_name.js";
import { loadStyles } from "../styles.js";
import { valueView } from "../value_view.js";

/** @typedef {import("../types.js").GraphExecution} GraphExecution */
/** @typedef {{run: GraphExecution, name: string, nodes: Map<string, NodeSum>}} Side */
/** @typedef {{title: string, status: string, tookMs: number, cost: number, times: number}} NodeSum */
/** @typedef {[any, any]} Pair undefined where one of the two has none */

/** @type {import("../pages.js").View} */
export async function showComparison(main, place, signal) {
  const chosen = ["a", "b"].map((key) => (place.query.get(key) ?? "").split("/"));
  if (chosen.some(([graphId, runId]) => !graphId || !runId)) return showNothing(main);
  const [catalog] = await Promise.all([loadCatalog(), loadStyles("run_page.css")]);
  const [a, b] = await Promise.all(chosen.map(([graphId, runId]) => loadSide(graphId, runId, catalog)));
  if (signal.aborted) return;
  const title = a.name === b.name ? t("Two runs of {name}", { name: a.name }) : t("Two runs");
  const crumbs = /** @type {[string, string][]} */ ([[t("Runs"), paths.runs()]]);
  fill(main, pageHead({ title, crumbs }), h("div", { class: "stack comparison" }, facts(a, b), values(a, b), nodes(a, b)));
}

/** @param {HTMLElement} main */
function showNothing(main) {
  const toRuns = h("a", { class: "button filled", href: paths.runs() }, t("To the runs"));
  const text = h("p", null, t("Tick two runs on the page of runs to see them side by side."));
  fill(
    main,
    pageHead({ title: t("Compare runs") }),
    h("div", { class: "empty comparison" }, text, h("div", { class: "empty-actions" }, toRuns)),
  );
}

/** @param {string} graphId @param {string} runId @param {Map<string, import("../types.js").Block>} catalog @returns {Promise<Side>} */
async function loadSide(graphId, runId, catalog) {
  const run = await getRun(graphId, runId);
  const graph = await getGraph(graphId, run.graph_version).catch(() => null);
  const names = nameNodes(graph?.nodes ?? [], catalog);
  const state = new RunState(new Map(), () => {});
  state.load(run);
  /** @type {Map<string, NodeSum>} */
  const nodes = new Map();
  for (const group of state.groups.values()) {
    const title = names.get(group.nodeId)?.title ?? t("A removed node");
    // Ids differ from version to version: what has the same name is the same node.
    let key = title;
    for (let n = 2; nodes.has(key); n += 1) key = `${title} ${n}`;
    const tookMs = group.endMs - group.startMs;
    nodes.set(key, { title: key, status: statusLook(group.status).word, tookMs, cost: group.cost, times: group.list.length });
  }
  return { run, name: graph?.name ?? t("A deleted agent"), nodes };
}

/** @param {Side} a @param {Side} b */
function facts(a, b) {
  const took = (/** @type {Side} */ { run }) => timeMs(run.ended_at) - timeMs(run.started_at);
  const cost = (/** @type {Side} */ { run }) => run.stats?.cost ?? 0;
  const start = (/** @type {Side} */ { run, name }) =>
    h(
      "a",
      { class: "link", href: paths.run(run.graph_id, run.id) },
      `${a.name === b.name && run.number ? runName(run) : name}, ${run.started_at ? dayAndTime(timeMs(run.started_at)) : t("Not started")}`,
    );
  const rows = [
    line(t("Status"), [badge(runLook(a.run)), badge(runLook(b.run))], runLook(a.run).word !== runLook(b.run).word),
    line(t("Version"), [`v${a.run.graph_version}`, `v${b.run.graph_version}`], a.run.graph_version !== b.run.graph_version),
    line(t("Time"), [duration(took(a)), [duration(took(b)), change(took(b) - took(a), (ms) => duration(ms))]], false),
    line(t("Cost"), [credits(cost(a)), [credits(cost(b)), change(cost(b) - cost(a), credits)]], cost(a) !== cost(b)),
  ];
  return table(t("The two runs"), [start(a), start(b)], rows);
}

/** @param {Side} a @param {Side} b */
function values(a, b) {
  const inputs = pairs(a.run.inputs ?? {}, b.run.inputs ?? {}).map(([name, pair]) =>
    valueLine(t("Input {name}", { name }), pair),
  );
  const outputs = pairs(a.run.outputs ?? {}, b.run.outputs ?? {}).map(([name, pair]) =>
    valueLine(t("Output {name}", { name }), pair.map(single)),
  );
  return table(t("Inputs and outputs"), [t("First"), t("Second")], [...inputs, ...outputs]);
}

/** @param {any} list @returns {any} the one value of an output that gave one */
function single(list) {
  return Array.isArray(list) && list.length === 1 ? list[0] : list;
}

/** @param {string} name @param {any[]} pair */
function valueLine(name, pair) {
  const isOther = JSON.stringify(pair[0]) !== JSON.stringify(pair[1]);
  return line(
    name,
    pair.map((value) => (value === undefined ? h("span", { class: "muted" }, t("none")) : valueView(value))),
    isOther,
  );
}

/** @param {Side} a @param {Side} b */
function nodes(a, b) {
  const rows = pairs(Object.fromEntries(a.nodes), Object.fromEntries(b.nodes)).map(([name, [one, other]]) =>
    line(name, [sum(one), sum(other)], one?.status !== other?.status || one?.times !== other?.times || one?.cost !== other?.cost),
  );
  return table(t("Nodes"), [t("First"), t("Second")], rows);
}

/** @param {NodeSum|undefined} node */
function sum(node) {
  if (!node) return h("span", { class: "muted" }, t("did not come up"));
  const times = node.times > 1 ? `×${number(node.times)}` : "";
  return [node.status, times, duration(node.tookMs), node.cost ? credits(node.cost) : ""].filter(Boolean).join(", ");
}

/** @param {Record<string, any>} a @param {Record<string, any>} b @returns {[string, Pair][]} by name, in the order of the first */
function pairs(a, b) {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  const of = (/** @type {Record<string, any>} */ all, /** @type {string} */ name) =>
    Object.hasOwn(all, name) ? all[name] : undefined;
  return [...names].map((name) => [name, [of(a, name), of(b, name)]]);
}

/** @param {number} by @param {(n: number) => string} say */
function change(by, say) {
  if (!by || Number.isNaN(by)) return null;
  return h("small", { class: "muted" }, by > 0 ? t("{n} more", { n: say(by) }) : t("{n} less", { n: say(-by) }));
}

/** @param {string} name @param {any[]} pair @param {boolean} isOther */
function line(name, pair, isOther) {
  const mark = isOther ? h("span", { class: "label" }, t("differs")) : null;
  const cells = pair.map((one) => h("td", { dir: "auto" }, one));
  return h("tr", { class: isOther ? "differs" : null }, h("th", { scope: "row", dir: "auto" }, name, " ", mark), cells);
}

/** @param {string} title @param {any[]} heads @param {HTMLElement[]} rows */
function table(title, heads, rows) {
  const head = h(
    "tr",
    null,
    h("td"),
    heads.map((one) => h("th", { scope: "col" }, one)),
  );
  const none = rows.length ? null : h("p", { class: "card-body muted" }, t("None."));
  return h(
    "section",
    { class: "card", "aria-label": title },
    h("div", { class: "card-head" }, h("h2", null, title)),
    none ?? h("table", { class: "compare-table" }, h("thead", null, head), h("tbody", null, rows)),
  );
}
