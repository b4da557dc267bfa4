/** Rows of runs: what ran, how it went, how long and for how much. */

import { serverNow } from "../api.js";
import { h } from "../dom.js";
import { clock, duration, exactTime, number, timeMs, when } from "../format.js";
import { icon } from "../icons.js";
import { credits } from "../library/words.js";
import { plural, t } from "../messages.js";
import { paths } from "../router.js";
import { runName } from "../run_name.js";
import { badge, hasEnded, runLook } from "../status.js";
import { deleteRuns, isLeaving } from "./delete_later.js";

/** @typedef {import("../types.js").GraphExecution} GraphExecution */

/** So many the server lists at once. */
const MOST_LISTED = 250;

/** @typedef {{has: (run: GraphExecution) => boolean, toggle: (run: GraphExecution) => void}} Choice of runs */

/** @typedef {{choice?: Choice, snippet?: (run: GraphExecution) => string}} Extras `snippet`: what a search has found */

/**
 * A list of runs. Without `names` it is the list of one agent.
 * @param {GraphExecution[]} runs @param {Map<string, string>|null} names of the agents by id @param {() => void} onDelete
 * @param {Extras} [extras]
 * @returns {HTMLElement}
 */
export function runTable(runs, names, onDelete, extras = {}) {
  return h(
    "ul",
    { class: "card runs" },
    runs.filter((run) => !isLeaving(run)).map((run) => runRow(run, names, onDelete, extras)),
  );
}

/** What a list leaves out. @param {GraphExecution[]} runs as the server has listed them @returns {HTMLElement|null} */
export function earlierNote(runs) {
  if (runs.length < MOST_LISTED) return null;
  return h("p", { class: "muted" }, t("The newest {n} runs are here. The search finds earlier ones.", { n: MOST_LISTED }));
}

/** @param {GraphExecution} run @param {Map<string, string>|null} names @param {() => void} onDelete @param {Extras} extras */
function runRow(run, names, onDelete, { choice, snippet }) {
  const started = timeMs(run.started_at);
  const took = run.status === "RUNNING" ? clock(serverNow() - started) : duration(timeMs(run.ended_at) - started);
  const said = Number.isNaN(started) ? t("Not started") : when(started);
  const title = names ? (names.get(run.graph_id) ?? t("A deleted agent")) : run.number ? runName(run) : said;
  const executions = run.stats?.node_exec_count ?? 0;
  const cost = run.stats?.cost ?? 0;
  const text = snippet?.(run);
  return h(
    "li",
    { class: `run-row ${choice ? "choosable-run" : ""}`.trim() },
    choice ? chooser(run, `${title}, ${said}`, choice) : null,
    h(
      "a",
      { class: "run-link", href: paths.run(run.graph_id, run.id), title: exactTime(started) },
      h("span", { class: "run-name" }, title),
      h("span", { class: "run-when" }, whenWords(run, said, names !== null)),
    ),
    h("span", { class: "run-status" }, badge(runLook(run))),
    h("span", { class: "run-nodes" }, executions ? plural(executions, "{n} execution", "{n} executions") : ""),
    h("span", { class: "run-version" }, `v${run.graph_version}`),
    h("span", { class: "run-cost" }, cost ? credits(cost) : ""),
    h("span", { class: "run-took" }, took),
    hasEnded(run.status) ? deleteButton(run, title, onDelete) : h("span", { class: "run-delete" }),
    text ? h("p", { class: "run-snippet", dir: "auto" }, text) : null,
  );
}

/** What stands beside the title. @param {GraphExecution} run @param {string} said @param {boolean} isOfAll */
function whenWords(run, said, isOfAll) {
  if (!run.number) return isOfAll ? said : ""; // the title is the time already
  return isOfAll ? `${runName(run)}, ${said.replace(/^[TY]/, (first) => first.toLowerCase())}` : said;
}

/** @param {GraphExecution} run @param {string} title @param {Choice} choice */
function chooser(run, title, choice) {
  const box = h("input", { type: "checkbox", class: "run-choose", "aria-label": t("Choose {title}", { title }) });
  box.checked = choice.has(run);
  box.addEventListener("change", () => choice.toggle(run));
  return box;
}

/** @param {GraphExecution} run @param {string} title @param {() => void} onDelete */
function deleteButton(run, title, onDelete) {
  return h(
    "button",
    {
      class: "button quiet square small run-delete",
      type: "button",
      title: t("Delete"),
      "aria-label": t("Delete the run {title}", { title }),
      on: { click: () => deleteRuns([run], onDelete) },
    },
    icon("trash"),
  );
}
