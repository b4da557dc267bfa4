/** The first tab: the form, the graph, and the runs with their filters and the search over what went in and came out. */

import { listGraphExecutions } from "../api.js";
import { listCards } from "../api/library.js";
import { findPreset } from "../api/presets.js";
import { findMisfits } from "../api/reruns.js";
import { searchExecutions } from "../api/runs.js";
import { getRunWithInputs } from "../api/values.js";
import { CredentialFields } from "../credential_fields.js";
import { fill, h } from "../dom.js";
import { number, timeMs, when } from "../format.js";
import { drawGraph } from "../graph_picture.js";
import { icon } from "../icons.js";
import { inOrder } from "../in_order.js";
import { isNote } from "../names.js";
import { runName } from "../run_name.js";
import { hasEnded, runLook } from "../status.js";
import { toastError } from "../toast.js";
import { RunSelection } from "../runs/selection.js";
import { earlierNote, runTable } from "../runs/table.js";
import { plural, t } from "../messages.js";
import { misfitList } from "../run/run_again.js";
import { SchemaForm } from "../schema_form.js";
import { RunForm } from "./run_form.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {import("../types.js").GraphExecution} GraphExecution */
/** @typedef {Map<string, import("../types.js").Block>} Catalog */

const REFRESH_MS = 3000;
const SEARCH_AFTER_MS = 250;

/** @type {[string, (run: GraphExecution) => boolean][]} */
const FILTERS = [
  [t("All"), () => true],
  [t("Running"), (run) => !hasEnded(run.status)],
  [t("Completed"), (run) => runLook(run).tone === "done"],
  [t("With problems"), (run) => runLook(run).tone === "failed" || runLook(run).tone === "wait"],
];

/** @type {import("../views/agent.js").TabView} */
export async function showRunsTab(box, { graph, catalog, query, signal }) {
  const like = query.get("like");
  const presetId = query.get("preset");
  const [earlier, preset, credentials, cards] = await Promise.all([
    like ? getRunWithInputs(graph.id, like).catch(() => null) : null,
    presetId ? findPreset(graph.id, presetId).catch(() => null) : null,
    CredentialFields.load(graph.credentials_input_schema),
    listCards([graph.id]).catch(() => []),
  ]);
  if (signal.aborted) return;
  const problems =
    earlier && earlier.graph_version !== graph.version
      ? await findMisfits(earlier.graph_id, earlier.id, graph.version).catch(() => [])
      : [];
  const given = preset?.inputs ?? earlier?.inputs ?? {};
  const kept = Object.entries(given).filter(([name]) => !problems.some((one) => one.name === name));
  const origin = preset ? `“${preset.name}”` : earlier ? runName(earlier) : "";
  const inputs = await SchemaForm.make(graph.input_schema ?? {}, Object.fromEntries(kept), origin);
  if (signal.aborted) return;
  const form = new RunForm(
    graph,
    catalog,
    inputs,
    credentials,
    cards[0]?.runs ?? [],
    earlier && likeNote(earlier, graph, problems),
  );
  const runs = new RunList(graph.id, signal);
  const right = h("div", { class: "stack" }, graphCard(graph, catalog), runs.element);
  fill(box, h("div", { class: "agent-columns" }, form.element, right));
  runs.watch();
}

/** Whose inputs the form begins with, and which of them do not fit. @param {GraphExecution} run @param {Graph} graph @param {import("../api/reruns.js").Misfit[]} problems */
function likeNote(run, graph, problems) {
  const time = when(timeMs(run.started_at));
  const isOlder = run.graph_version !== graph.version;
  const text = isOlder
    ? t("With the inputs of the run of {time}, which was version {old}; this is version {new}.", {
        time,
        old: run.graph_version,
        new: graph.version,
      })
    : t("With the inputs of the run of {time}.", { time });
  return h("div", { class: "like-note" }, h("p", null, text), problems.length ? misfitList(problems) : null);
}

/** @param {Graph} graph @param {Catalog} catalog */
function graphCard(graph, catalog) {
  const nodes = (graph.nodes ?? []).filter((node) => !isNote(catalog.get(node.block_id)));
  const count = h("span", { class: "muted" }, plural(nodes.length, "{n} node", "{n} nodes"));
  const place = { class: "graph-place dotted", tabindex: 0, role: "group", "aria-label": t("Graph") };
  const head = h("div", { class: "card-head" }, h("h2", null, t("Graph")), count);
  return h("section", { class: "card" }, head, h("div", place, drawGraph(graph, catalog).element));
}

class RunList {
  /** @param {string} graphId @param {AbortSignal} signal */
  constructor(graphId, signal) {
    this.graphId = graphId;
    this.signal = signal;
    /** @type {GraphExecution[]} */
    this.runs = [];
    /** @type {GraphExecution[]|null} what the search has found */
    this.found = null;
    this.filter = 0;
    this.table = h("div", { class: "stack" });
    this.selection = new RunSelection(() => this.reload?.());
    this.chips = FILTERS.map(([label], i) =>
      h(
        "button",
        { class: "chip", type: "button", on: { click: () => this.#choose(i) } },
        label,
        h("span", { class: "chip-count" }),
      ),
    );
    const search = h("input", { class: "input", type: "search", placeholder: t("Search inputs and outputs") });
    search.setAttribute("aria-label", t("Search inputs and outputs"));
    let timer = 0;
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => void this.#search(search.value.trim()).catch((error) => toastError(error)), SEARCH_AFTER_MS);
    });
    this.bar = h(
      "div",
      { class: "runs-bar" },
      h("div", { class: "chips", role: "group", "aria-label": t("Filter") }, this.chips),
      h("div", { class: "search" }, icon("search"), search),
    );
    const title = h("h2", { class: "section-title" }, t("Runs"));
    this.element = h("section", { class: "stack", "aria-label": t("Runs") }, title, this.bar, this.selection.element, this.table);
  }

  watch() {
    const load = inOrder(
      () => listGraphExecutions(this.graphId),
      (runs) => {
        this.runs = runs;
        if (!this.signal.aborted) this.#show();
      },
    );
    this.reload = () => void load().catch((error) => this.signal.aborted || toastError(error, t("The runs could not be loaded")));
    this.reload();
    const timer = setInterval(() => {
      if (!document.hidden && this.runs.some((run) => !hasEnded(run.status))) void load().catch(() => {});
    }, REFRESH_MS);
    this.signal.addEventListener("abort", () => clearInterval(timer));
  }

  /** @param {number} i */
  #choose(i) {
    this.filter = i;
    this.#show();
  }

  #search = inOrder(
    async (/** @type {string} */ words) => (words ? searchExecutions(words, this.graphId) : null),
    (found) => {
      this.found = found?.runs.map((one) => one.run) ?? null;
      this.#show();
    },
  );

  #show() {
    const all = this.found ?? this.runs;
    const shown = all.filter(FILTERS[this.filter][1]);
    this.bar.hidden = !this.runs.length;
    this.chips.forEach((chip, i) => {
      chip.setAttribute("aria-pressed", String(i === this.filter));
      chip.lastElementChild?.replaceChildren(number(all.filter(FILTERS[i][1]).length));
    });
    const none = this.runs.length ? t("No run is like this.") : t("It has not run yet. Fill in the inputs and press Run.");
    fill(
      this.table,
      shown.length
        ? runTable(shown, null, () => this.reload?.(), { choice: this.selection })
        : h("p", { class: "card card-body muted" }, none),
      this.found ? null : earlierNote(this.runs),
    );
  }
}
