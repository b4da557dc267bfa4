/** All runs, the newest first. */

import { deleteExecution, listExecutions, listGraphs, serverNow } from "../api.js";
import { confirmLoss } from "../dialog.js";
import { fill, h } from "../dom.js";
import { clock, duration, exactTime, number, timeMs, when } from "../format.js";
import { icon } from "../icons.js";
import { pageHead } from "../page_head.js";
import { paths } from "../router.js";
import { badge, hasEnded, runLook } from "../status.js";
import { toast, toastError } from "../toast.js";
import { plural, t } from "../messages.js";

/** @typedef {import("../types.js").GraphExecution} GraphExecution */

const REFRESH_MS = 3000;

/** @type {[string, (run: GraphExecution) => boolean][]} */
const FILTERS = [
  [t("All"), () => true],
  [t("Running"), (run) => !hasEnded(run.status)],
  [t("With problems"), (run) => runLook(run).tone === "failed" || runLook(run).tone === "wait"],
];

/** @type {import("../pages.js").View} */
export async function showRuns(main, _place, signal) {
  let [runs, graphs] = await Promise.all([listExecutions(), listGraphs()]);
  if (signal.aborted) return;
  const names = new Map(graphs.map((graph) => [graph.id, graph.name]));
  const table = h("div");
  let filter = 0;
  const show = () => {
    const chosen = runs.filter(FILTERS[filter][1]);
    fill(table, chosen.length ? runTable(chosen, names, reload) : emptyRuns(runs.length > 0));
    chips.forEach((chip, i) => {
      chip.setAttribute("aria-pressed", String(i === filter));
      chip.lastElementChild?.replaceChildren(number(runs.filter(FILTERS[i][1]).length));
    });
  };
  const reload = async () => {
    runs = await listExecutions().catch(() => runs);
    if (!signal.aborted) show();
  };
  const chips = FILTERS.map(([label], i) =>
    h(
      "button",
      { class: "chip", type: "button", on: { click: () => ((filter = i), show()) } },
      label,
      h("span", { class: "chip-count" }),
    ),
  );
  fill(
    main,
    pageHead({ title: t("Runs") }),
    runs.length ? h("div", { class: "chips", role: "group", "aria-label": t("Filter") }, chips) : null,
    table,
  );
  show();
  const timer = setInterval(() => {
    if (!document.hidden && runs.some((run) => !hasEnded(run.status))) void reload();
  }, REFRESH_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** @param {boolean} some whether the filter hides some */
function emptyRuns(some) {
  if (some) return h("p", { class: "card card-body muted" }, t("No run is like this."));
  const library = h("a", { class: "button filled", href: paths.library() }, t("To the library"));
  return h(
    "div",
    { class: "empty dotted" },
    h("h2", { class: "empty-title" }, t("Nothing has run")),
    h("p", null, t("Runs show here the moment they start. Open an agent and press Run.")),
    h("div", { class: "empty-actions" }, library),
  );
}

/**
 * A list of runs. Without `names` it is the list of one agent.
 * @param {GraphExecution[]} runs @param {Map<string, string>|null} names of the agents by id @param {() => void} onDelete
 * @returns {HTMLElement}
 */
export function runTable(runs, names, onDelete) {
  return h(
    "ul",
    { class: "card runs" },
    runs.map((run) => runRow(run, names, onDelete)),
  );
}

/** @param {GraphExecution} run @param {Map<string, string>|null} names @param {() => void} onDelete */
function runRow(run, names, onDelete) {
  const started = timeMs(run.started_at);
  const took = run.status === "RUNNING" ? clock(serverNow() - started) : duration(timeMs(run.ended_at) - started);
  const said = Number.isNaN(started) ? t("Not started") : when(started);
  const title = names ? (names.get(run.graph_id) ?? t("A deleted agent")) : said;
  const nodes = run.stats?.node_exec_count ?? 0;
  return h(
    "li",
    { class: "run-row" },
    h(
      "a",
      { class: "run-link", href: paths.run(run.graph_id, run.id), title: exactTime(started) },
      h("span", { class: "run-name" }, title),
      names ? h("span", { class: "run-when" }, said) : null,
    ),
    h("span", { class: "run-status" }, badge(runLook(run))),
    h("span", { class: "run-nodes" }, nodes ? plural(nodes, "{n} node", "{n} nodes") : ""),
    h("span", { class: "run-version" }, `v${run.graph_version}`),
    h("span", { class: "run-took" }, took),
    hasEnded(run.status) ? deleteButton(run, title, onDelete) : h("span", { class: "run-delete" }),
  );
}

/** @param {GraphExecution} run @param {string} title @param {() => void} onDelete */
function deleteButton(run, title, onDelete) {
  const press = async () => {
    const text = t("Its inputs, outputs and timeline go with it. The agent stays.");
    if (!(await confirmLoss({ title: t("Delete this run?"), text, verb: t("Delete") }))) return;
    try {
      await deleteExecution(run.id);
      toast(t("Run deleted."));
      onDelete();
    } catch (error) {
      toastError(error, t("The run was not deleted"));
    }
  };
  return h(
    "button",
    {
      class: "button quiet square small run-delete",
      type: "button",
      title: t("Delete"),
      "aria-label": t("Delete the run {title}", { title }),
      on: { click: () => void press() },
    },
    icon("trash"),
  );
}
