/** One run, live: its outputs first, then a timeline of its nodes and sub-agents, its graph, its inputs and its log. */

import { getGraph } from "../api.js";
import { getOrigin } from "../api/runs.js";
import { getRun } from "../api/values.js";
import { loadCatalog } from "../catalog.js";
import { fill, h } from "../dom.js";
import { amongOthers } from "../run/among_others.js";
import { RunHead } from "../run/head.js";
import { KeptResults } from "../run/kept_results.js";
import { RunLog } from "../run/log.js";
import { originWords } from "../run/origin.js";
import { RunCard } from "../run/run_card.js";
import { RunNodes, lostGraph } from "../run/run_nodes.js";
import { TreeFeed } from "../run/tree_feed.js";
import { WaitingReviews } from "../run/waiting_reviews.js";
import { RunFacts } from "../run_facts.js";
import { RunFeed } from "../run_feed.js";
import { RunOutputs } from "../run_outputs.js";
import { RunProblems } from "../run_problems.js";
import { RunState } from "../run_state.js";
import { hasEnded } from "../status.js";
import { loadStyles } from "../styles.js";

/** @typedef {import("../types.js").GraphExecution} GraphExecution */

const SHOW_EVERY_MS = 100; // a stream of thousands of events is shown ten times a second
const TICK_MS = 250;

/** @type {import("../pages.js").View} */
export async function showRun(main, place, signal) {
  const { graphId, runId } = place.params;
  const [run, catalog] = await Promise.all([
    getRun(graphId, runId),
    loadCatalog(),
    loadStyles("run_page.css", "run_timeline.css"),
  ]);
  const graph = await getGraph(graphId, run.graph_version).catch(() => lostGraph(run));
  if (signal.aborted) return;
  const page = new RunPage(new RunNodes(graph, catalog), run.id, signal);
  fill(main, page.elements);
  page.start(run);
}

class RunPage {
  /** @param {RunNodes} nodes @param {string} runId @param {AbortSignal} signal */
  constructor(nodes, runId, signal) {
    const { graph, titleOf } = nodes;
    this.nodes = nodes;
    this.runId = runId;
    this.signal = signal;
    this.timer = 0;
    this.state = new RunState(nodes.outputs, () => this.#showSoon());
    this.treeFeed = new TreeFeed(graph.id, runId, signal, () => this.#showTree());
    this.feed = new RunFeed(graph.id, runId, this.state, (isLive) => this.head.showConnection(isLive), this.treeFeed);
    this.head = new RunHead(graph, runId, {
      run: () => this.state.run,
      reload: () => this.feed.reload(),
      follow: () => void this.feed.reload().then(() => this.#follow()),
      shareFile: () => this.#shareFile(),
    });
    this.facts = new RunFacts(nodes.names.size);
    this.outputs = new RunOutputs(graph.output_schema);
    this.card = new RunCard(nodes, this.state, this.feed, this.treeFeed);
    this.kept = new KeptResults(nodes.ends, titleOf);
    const openNode = (/** @type {string} */ nodeId) => this.card.openNode(nodeId);
    this.problems = new RunProblems({ graphId: graph.id, runId, titleOf, openNode, canRepair: nodes.names.size > 0 });
    this.reviews = new WaitingReviews(
      (review) => titleOf(review.node_id),
      () => this.treeFeed.loadSoon(),
    );
    this.log = new RunLog(titleOf, openNode);
    this.elements = [this.head.element, this.facts.element, this.#columns()];
  }

  #columns() {
    const left = h("div", { class: "stack" }, this.reviews.element, this.outputs.element, this.problems.element);
    const right = h("div", { class: "stack" }, this.card.element, this.kept.element, this.log.element);
    return h("div", { class: "run-columns" }, left, right);
  }

  /** @param {GraphExecution} run */
  start(run) {
    this.state.load(run);
    this.#show();
    void this.treeFeed.load();
    void this.#showAmongOthers(run);
    getOrigin(run.graph_id, this.runId).then(
      (origin) => this.facts.showOrigin(originWords(origin, run.graph_id)),
      () => {}, // an ornament: the run is there without it
    );
    this.signal.addEventListener("abort", () => (this.#unfollow(), this.feed.close()));
    if (hasEnded(run.status)) void this.card.timeline.earlier.loadFirst();
    else this.#follow();
    const keys = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "." && (event.ctrlKey || event.metaKey) && !this.head.stop.hidden) void this.head.stopRun(this.head.stop);
    };
    document.addEventListener("keydown", keys, { signal: this.signal });
  }

  #follow() {
    if (this.tick) return;
    this.feed.start();
    this.tick = setInterval(() => this.#tick(), TICK_MS);
  }

  #unfollow() {
    this.feed.stop();
    this.log.stop();
    clearInterval(this.tick);
    this.tick = undefined;
  }

  /** The run has ended: what the events leave out (exact times, above all) comes from one last load. */
  async #finish() {
    this.#unfollow();
    this.head.showConnection(true);
    this.card.graph.rest();
    dispatchEvent(new Event("runs-changed"));
    await Promise.all([this.feed.reload(), this.treeFeed.load()]);
  }

  #showSoon() {
    if (this.timer || this.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.timer = 0;
      if (!this.signal.aborted) this.#show();
    }, SHOW_EVERY_MS);
  }

  #show() {
    const { state } = this;
    const run = state.run;
    if (!run) return;
    const changed = state.takeChanged();
    this.head.update(run);
    this.card.update(run, changed, this.state.cost);
    this.outputs.update(run);
    this.facts.update(state, this.treeFeed.cost, this.treeFeed.tree.mostCredits);
    this.#showProblems(run);
    this.log.update(state, hasEnded(run.status));
    if ([...changed].some((group) => group.countOf("REVIEW"))) this.#loadReviews();
    if (hasEnded(run.status) && this.tick) void this.#finish();
  }

  /** A cause leads only where there is no answer to lead with. @param {GraphExecution} run */
  #showProblems(run) {
    const { outputs, problems, state } = this;
    problems.update(state);
    const hasOutputs = Object.keys(run.outputs ?? {}).length > 0;
    outputs.element.hidden = !problems.element.hidden && !hasOutputs;
    const leads = run.status === "FAILED";
    const isFirst = outputs.element.previousElementSibling === problems.element;
    if (leads && !isFirst) outputs.element.before(problems.element);
    if (hasEnded(run.status)) this.kept.show(state);
  }

  #showTree() {
    this.card.timeline.updateTree();
    this.#showSoon();
    this.#loadReviews();
  }

  /** Asks what waits for a person here and below. */
  #loadReviews() {
    const own = [...this.state.groups.values()].some((group) => group.countOf("REVIEW")) ? [this.runId] : [];
    void this.reviews.load([...own, ...this.treeFeed.waiting]);
  }

  /** @param {GraphExecution} run */
  async #showAmongOthers(run) {
    const { usualMs, before } = await amongOthers(run);
    if (this.signal.aborted) return;
    if (!Number.isNaN(usualMs)) this.facts.showUsual(usualMs);
    if (before) this.head.offerComparison(run, before);
  }

  #tick() {
    this.card.timeline.tick();
    this.facts.tick(this.state);
  }

  /** @returns {Promise<string>} */
  async #shareFile() {
    const { shareFile } = await import("../run/share.js");
    return shareFile(this.nodes.graph, this.nodes.catalog, this.state, this.nodes.titleOf);
  }
}
