/** All runs, the newest first: filtered, searched, compared; and what waits for a person. */

import { listExecutions, listGraphNames } from "../api.js";
import { listPendingReviews } from "../api/reviews.js";
import { searchExecutions } from "../api/runs.js";
import { fill, h } from "../dom.js";
import { number } from "../format.js";
import { icon } from "../icons.js";
import { inOrder } from "../in_order.js";
import { plural, t } from "../messages.js";
import { pageHead } from "../page_head.js";
import { paths } from "../router.js";
import { reviewCard } from "../run/reviews.js";
import { RunSelection } from "../runs/selection.js";
import { earlierNote, runTable } from "../runs/table.js";
import { hasEnded, runLook } from "../status.js";
import { loadStyles } from "../styles.js";
import { toastError } from "../toast.js";

/** @typedef {import("../types.js").GraphExecution} GraphExecution */
/** @typedef {import("../api/runs.js").Found} Found */

const REFRESH_MS = 3000;
const SEARCH_AFTER_MS = 250;
const NEEDS_YOU = 2;

/** @type {[string, (run: GraphExecution) => boolean][]} */
const FILTERS = [
  [t("All"), () => true],
  [t("Running"), (run) => !hasEnded(run.status)],
  [t("Needs you"), (run) => run.status === "REVIEW"],
  [t("With problems"), (run) => runLook(run).tone === "failed" || runLook(run).tone === "wait"],
];

/** @type {import("../pages.js").View} */
export async function showRuns(main, place, signal) {
  const [runs, graphs, reviews] = await Promise.all([
    listExecutions(),
    listGraphNames(),
    listPendingReviews().catch(() => []),
    loadStyles("run_page.css", "runs_list.css"),
  ]);
  if (signal.aborted) return;
  const names = new Map(graphs.map((graph) => [graph.id, graph.name]));
  const page = new RunsPage(runs, names, reviews, signal);
  if (place.query.get("show") === "needs-you") page.filter = NEEDS_YOU;
  fill(main, page.elements);
  page.start();
}

class RunsPage {
  /**
   * @param {GraphExecution[]} runs @param {Map<string, string>} names of agents by id
   * @param {import("../api/reviews.js").Review[]} reviews @param {AbortSignal} signal
   */
  constructor(runs, names, reviews, signal) {
    this.runs = runs;
    this.names = names;
    this.reviews = reviews;
    this.signal = signal;
    this.filter = 0;
    /** @type {Found[]|null} null: nothing is searched for */
    this.found = null;
    this.selection = new RunSelection(() => void this.#reload());
    this.table = h("div", { class: "stack" });
    this.note = h("p", { class: "muted", role: "status", hidden: true });
    this.chips = FILTERS.map(([label], i) =>
      h(
        "button",
        { class: "chip", type: "button", on: { click: () => this.#choose(i) } },
        label,
        h("span", { class: "chip-count" }),
      ),
    );
    const chips = h("div", { class: "chips", role: "group", "aria-label": t("Filter") }, this.chips);
    const tools = runs.length || reviews.length ? [this.#tools(), chips, this.note, this.selection.element] : [];
    this.elements = [pageHead({ title: t("Runs") }), tools, this.table];
  }

  #tools() {
    this.search = h("input", {
      class: "input",
      type: "search",
      placeholder: t("Search inputs and outputs"),
      "aria-label": t("Search runs"),
    });
    const used = new Set(this.runs.map((run) => run.graph_id));
    const options = [...this.names].filter(([id]) => used.has(id)).map(([id, name]) => h("option", { value: id }, name));
    this.agent = h(
      "select",
      { class: "input runs-agent", "aria-label": t("Agent") },
      h("option", { value: "" }, t("All agents")),
      options,
    );
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.#searchNow(), SEARCH_AFTER_MS);
    });
    this.agent.addEventListener("change", () => void this.#searchNow());
    return h("div", { class: "search" }, icon("search"), this.search, this.agent);
  }

  start() {
    this.#show();
    const timer = setInterval(() => {
      const isAlive = this.filter !== NEEDS_YOU && this.runs.some((run) => !hasEnded(run.status));
      if (!document.hidden && isAlive && !this.table.contains(document.activeElement)) void this.#reload();
    }, REFRESH_MS);
    this.signal.addEventListener("abort", () => {
      clearInterval(timer);
      clearTimeout(this.timer);
    });
  }

  #reload = inOrder(
    () => Promise.all([listExecutions().catch(() => this.runs), listPendingReviews().catch(() => this.reviews)]),
    ([runs, reviews]) => {
      [this.runs, this.reviews] = [runs, reviews];
      if (!this.signal.aborted) this.#show();
    },
  );

  /** @param {number} filter */
  #choose(filter) {
    this.filter = filter;
    this.#show();
  }

  async #searchNow() {
    const query = this.search?.value.trim() ?? "";
    const agent = this.agent?.value ?? "";
    try {
      const answer = query ? await searchExecutions(query, agent || undefined) : null;
      if (this.signal.aborted || query !== this.search?.value.trim() || agent !== this.agent?.value) return;
      this.found = answer?.runs ?? null;
      const left = answer?.not_searched ?? 0;
      this.note.hidden = !left;
      this.note.textContent = plural(
        left,
        "{n} run has ended just now and is searched in some minutes.",
        "{n} runs have ended just now and are searched in some minutes.",
      );
    } catch (error) {
      toastError(error, t("Search"));
    }
    this.#show();
  }

  #show() {
    const agent = this.agent?.value ?? "";
    const all = (this.found?.map((one) => one.run) ?? this.runs).filter((run) => !agent || run.graph_id === agent);
    const chosen = all.filter(FILTERS[this.filter][1]);
    this.chips.forEach((chip, i) => {
      const count = i === NEEDS_YOU ? this.reviews.length : all.filter(FILTERS[i][1]).length;
      chip.setAttribute("aria-pressed", String(i === this.filter));
      chip.lastElementChild?.replaceChildren(number(count));
    });
    if (this.filter === NEEDS_YOU) this.#showReviews();
    else
      fill(
        this.table,
        chosen.length ? this.#rows(chosen) : emptyRuns(this.runs.length > 0),
        this.found ? null : earlierNote(this.runs),
      );
  }

  /** @param {GraphExecution[]} runs */
  #rows(runs) {
    const texts = new Map(this.found?.map((one) => [one.run.id, `${one.field}: ${one.text}`]));
    return runTable(runs, this.names, () => void this.#reload(), {
      choice: this.selection,
      snippet: (run) => texts.get(run.id) ?? "",
    });
  }

  #showReviews() {
    const cards = this.reviews.map((review) => {
      const name = this.names.get(review.graph_id) ?? t("A deleted agent");
      const about = h("a", { class: "link", href: paths.run(review.graph_id, review.graph_exec_id) }, name);
      return reviewCard(review, { about, onAnswered: () => void this.#reload() });
    });
    fill(this.table, cards.length ? cards : h("p", { class: "card card-body muted" }, t("Nothing waits for you.")));
  }
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
