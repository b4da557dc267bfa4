/** One run, live: its outputs first, then a timeline of its nodes and sub-agents, its graph, its inputs and its log. */

import { getGraph, serverNow } from "../api.js";
import { getOrigin, getTree } from "../api/runs.js";
import { getRun } from "../api/values.js";
import { loadCatalog } from "../catalog.js";
import { fill, h, setText } from "../dom.js";
import { oneByOne } from "../in_order.js";
import { timeMs } from "../format.js";
import { bringIntoView, drawGraph } from "../graph_picture.js";
import { t } from "../messages.js";
import { isInterface, nameNodes } from "../names.js";
import { amongOthers } from "../run/among_others.js";
import { EarlierExecutions } from "../run/earlier.js";
import { RunHead } from "../run/head.js";
import { KeptResults } from "../run/kept_results.js";
import { RunLog } from "../run/log.js";
import { notStartedWords } from "../run/not_started.js";
import { originWords } from "../run/origin.js";
import { RerunStrip } from "../run/rerun_strip.js";
import { RootRow } from "../run/root_row.js";
import { tabList } from "../run/tabs.js";
import { RunTree } from "../run/tree.js";
import { WaitingReviews } from "../run/waiting_reviews.js";
import { RunFacts } from "../run_facts.js";
import { RunFeed } from "../run_feed.js";
import { RunOutputs } from "../run_outputs.js";
import { RunProblems } from "../run_problems.js";
import { RunState } from "../run_state.js";
import { hasEnded } from "../status.js";
import { loadStyles } from "../styles.js";
import { TimeScale, roomFor } from "../time_scale.js";
import { Timeline, TimelineAxis } from "../timeline.js";
import { PinTable } from "../value_view.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {import("../types.js").GraphExecution} GraphExecution */
/** @typedef {Map<string, import("../types.js").Block>} Catalog */

const SHOW_EVERY_MS = 100; // a stream of thousands of events is shown ten times a second
const TICK_MS = 250;
const TREE_EVERY_MS = 500;

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
  const page = new RunPage(graph, catalog, run, signal);
  fill(main, page.elements);
  page.start(run);
}

/** A deleted agent's runs can still be read. @param {GraphExecution} run @returns {Graph} */
function lostGraph(run) {
  return { id: run.graph_id, version: run.graph_version, name: t("A deleted agent"), description: "", nodes: [], links: [] };
}

/** @param {Graph} graph @param {Catalog} catalog @returns {Map<string, string>} by node id */
function outputNames(graph, catalog) {
  const outputs = (graph.nodes ?? []).filter((node) => catalog.get(node.block_id)?.uiType === "Output");
  return new Map(outputs.map((node) => [node.id, String(node.input_default?.name)]));
}

class RunPage {
  /** @param {Graph} graph @param {Catalog} catalog @param {GraphExecution} run @param {AbortSignal} signal */
  constructor(graph, catalog, run, signal) {
    this.graph = graph;
    this.catalog = catalog;
    this.runId = run.id;
    this.signal = signal;
    this.timer = 0;
    this.treeTimer = 0;
    /** @type {number|undefined} */
    this.shownTree = undefined;
    this.shownInputs = -1;
    /** @type {import("../live.js").Delta[]|null} events of the tree that come while it is being loaded */
    this.heldOfTree = null;
    this.scale = new TimeScale(0, 1);
    this.tree = new RunTree(run.id);
    this.state = new RunState(outputNames(graph, catalog), () => this.#showSoon());
    const tree = {
      onEvents: (/** @type {import("../live.js").Delta[]} */ deltas) => this.#takeTree(deltas),
      onGap: () => this.#loadTreeSoon(),
      onReview: () => this.#loadTreeSoon(),
    };
    this.feed = new RunFeed(graph.id, run.id, this.state, (isLive) => this.head.showConnection(isLive), tree);
    this.head = new RunHead(graph, run.id, {
      run: () => this.state.run,
      reload: () => this.feed.reload(),
      follow: () => void this.feed.reload().then(() => this.#follow()),
      shareFile: () => this.#shareFile(),
    });
    this.names = nameNodes(graph.nodes ?? [], catalog);
    this.facts = new RunFacts(this.names.size);
    this.outputs = new RunOutputs(graph.output_schema);
    this.inputs = new PinTable(t("It was started without inputs."));
    this.rerun = new RerunStrip(graph.id, run.graph_version, run.id);
    this.axis = new TimelineAxis();
    this.timeline = new Timeline(this.names, this.#place());
    this.earlier = new EarlierExecutions(this.state, this.feed);
    this.picture = drawGraph(graph, catalog, (nodeId) => this.#openNode(nodeId));
    this.graphPlace = h(
      "div",
      { class: "graph-place dotted", tabindex: 0, role: "group", "aria-label": t("Graph") },
      this.picture.element,
    );
    this.root = new RootRow(graph.name || t("Agent without a name"));
    this.notStarted = h("p", { class: "timeline-foot muted", hidden: true });
    const ends = (graph.nodes ?? []).filter((node) => isInterface(catalog.get(node.block_id)));
    this.kept = new KeptResults(new Set(ends.map((node) => node.id)), (nodeId) => this.#titleOf(nodeId));
    this.problems = new RunProblems({
      graphId: graph.id,
      runId: run.id,
      titleOf: (nodeId) => this.#titleOf(nodeId),
      openNode: (nodeId) => this.#openNode(nodeId),
      canRepair: this.names.size > 0,
    });
    this.reviews = new WaitingReviews(
      (review) => this.#titleOf(review.node_id),
      () => this.#loadTreeSoon(),
    );
    this.log = new RunLog(
      (nodeId) => this.#titleOf(nodeId),
      (nodeId) => this.#openNode(nodeId),
    );
    this.elements = [this.head.element, this.facts.element, this.#columns()];
  }

  /** @returns {import("../timeline.js").Place} */
  #place() {
    return {
      runId: this.runId,
      depth: 0,
      tree: this.tree,
      catalog: this.catalog,
      states: new Map(),
      scale: () => this.scale,
      nowMs: () => this.#openEnd(),
      onOpen: (runId, nodeId, title) => {
        if (runId === this.runId) void this.rerun.select(nodeId, title);
      },
    };
  }

  #columns() {
    const lines = h("div", { class: "timeline-lines" }, this.root.element, this.timeline.list);
    const timeline = h("div", { class: "timeline-panel" }, lines, this.earlier.element, this.notStarted);
    const graph = h("div", null, this.graphPlace);
    const inputs = h("div", { class: "card-body" }, this.inputs.element);
    const tabs = [
      { label: t("Timeline"), panel: timeline },
      ...(this.names.size ? [{ label: t("Graph"), panel: graph }] : []),
      { label: t("Inputs"), panel: inputs },
    ];
    const line = h("div", { class: "tabs-line" }, tabList(t("Parts of the run"), tabs), this.axis.element);
    const panels = tabs.map(({ panel }) => panel);
    this.card = h("section", { class: "card timeline-card", "aria-label": t("Timeline") }, line, panels, this.rerun.element);
    const left = h("div", { class: "stack" }, this.reviews.element, this.outputs.element, this.problems.element);
    return h("div", { class: "run-columns" }, left, h("div", { class: "stack" }, this.card, this.kept.element, this.log.element));
  }

  /** @param {string} nodeId @returns {string} */
  #titleOf(nodeId) {
    return this.names.get(nodeId)?.title ?? t("A removed node");
  }

  /** @param {string} nodeId */
  #openNode(nodeId) {
    /** @type {HTMLElement|null} */ (this.card?.querySelector("[role=tab]"))?.click();
    this.timeline.open(nodeId);
  }

  /** @param {GraphExecution} run */
  start(run) {
    this.state.load(run);
    this.#show();
    void this.#loadTree();
    void this.#showAmongOthers(run);
    getOrigin(this.graph.id, this.runId).then(
      (origin) => this.facts.showOrigin(originWords(origin, this.graph.id)),
      () => {}, // an ornament: the run is there without it
    );
    this.signal.addEventListener("abort", () => (this.#unfollow(), this.feed.close()));
    if (hasEnded(run.status)) void this.earlier.loadFirst();
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
    this.#setScale();
    this.timeline.update(changed);
    this.earlier.update();
    for (const group of changed) this.picture.setStatus(group.nodeId, group.status);
    const running = [...changed].find((group) => group.status === "RUNNING");
    if (running && !this.graphPlace.matches(":hover, :focus")) bringIntoView(this.graphPlace, this.picture, running.nodeId);
    this.outputs.update(run);
    this.facts.update(state, this.tree.costBelow(this.runId));
    this.#showProblems(run);
    this.log.update(state, hasEnded(run.status));
    this.#showInputs(run);
    this.#showCosts(run);
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
    if (!hasEnded(run.status)) return;
    this.kept.show(state);
    const words = notStartedWords(this.graph, state, this.names);
    this.notStarted.hidden = !words;
    setText(this.notStarted, words);
  }

  /** The run has ended: what the events leave out (exact times, above all) comes from one last load. */
  async #finish() {
    this.#unfollow();
    this.head.showConnection(true);
    if (!this.graphPlace.matches(":hover, :focus")) this.graphPlace.scrollTo({ left: 0, top: 0 });
    dispatchEvent(new Event("runs-changed"));
    await Promise.all([this.feed.reload(), this.#loadTree()]);
  }

  /** A column of nothing only takes the room of the bars. @param {GraphExecution} run */
  #showCosts(run) {
    const credits = (run.stats?.cost ?? 0) + this.tree.costBelow(this.runId);
    this.card?.classList.toggle("no-costs", !credits);
    this.root.show(run, credits);
    this.#showRootTime(run);
  }

  /** @param {GraphExecution} run */
  #showRootTime(run) {
    this.root.showTime(timeMs(run.started_at), this.#openEnd(), this.scale);
  }

  /** @param {GraphExecution} run */
  async #showAmongOthers(run) {
    const { usualMs, before } = await amongOthers(run);
    if (this.signal.aborted) return;
    if (!Number.isNaN(usualMs)) this.facts.showUsual(usualMs);
    if (before) this.head.offerComparison(run, before);
  }

  #setScale() {
    const run = this.state.run;
    const ended = hasEnded(run?.status);
    let start = timeMs(run?.started_at);
    let last = ended ? timeMs(run?.ended_at) : serverNow();
    for (const group of this.state.groups.values()) {
      if (!(start <= group.startMs)) start = Number.isNaN(group.startMs) ? start : group.startMs;
      if (!(last >= group.endMs)) last = Number.isNaN(group.endMs) ? last : group.endMs;
    }
    if (Number.isNaN(start)) return;
    const length = Math.max(0, (last || start) - start);
    const scale = new TimeScale(start, ended ? length : roomFor(length));
    if (scale.startMs === this.scale.startMs && scale.lengthMs === this.scale.lengthMs) return;
    this.scale = scale;
    this.axis.show(scale);
    this.timeline.redraw();
  }

  #openEnd() {
    const endedAt = timeMs(this.state.run?.ended_at);
    return Number.isNaN(endedAt) ? serverNow() : endedAt;
  }

  #tick() {
    this.#setScale();
    this.timeline.tick();
    if (this.state.run) this.#showRootTime(this.state.run);
    this.facts.tick(this.state);
  }

  /** @param {import("../live.js").Delta[]} deltas of the other runs of the tree */
  #takeTree(deltas) {
    this.heldOfTree?.push(...deltas);
    const isWhole = this.tree.applyEvents(deltas);
    const open = this.timeline.place.states;
    for (const [id, state] of open) {
      const own = deltas.filter((delta) => delta.graph_exec_id === id);
      if (own.length) state.applyEvents(own);
    }
    if (!isWhole) this.#loadTreeSoon();
    else if (deltas.some((delta) => delta.event_type === "graph_execution_update")) this.#showTreeSoon();
  }

  #showTreeSoon() {
    this.shownTree ??= setTimeout(() => {
      this.shownTree = undefined;
      if (!this.signal.aborted) this.#showTree();
    }, SHOW_EVERY_MS);
  }

  #loadTreeSoon() {
    if (this.treeTimer || this.signal.aborted) return;
    this.treeTimer = setTimeout(() => {
      this.treeTimer = 0;
      void this.#loadTree();
    }, TREE_EVERY_MS);
  }

  #loadTree = oneByOne(async () => {
    /** @type {import("../live.js").Delta[]} */
    const held = [];
    this.heldOfTree = held;
    const tree = await getTree(this.graph.id, this.runId).catch(() => null);
    this.heldOfTree = null;
    if (!tree || this.signal.aborted) return;
    this.tree.load(tree);
    this.tree.applyEvents(held);
    this.#showTree();
  });

  #showTree() {
    this.timeline.updateTree();
    this.#showSoon();
    this.#loadReviews();
  }

  /** Asks what waits for a person here and below. */
  #loadReviews() {
    const own = [...this.state.groups.values()].some((group) => group.countOf("REVIEW")) ? [this.runId] : [];
    const below = [...this.tree.runs.values()].filter((run) => run.status === "REVIEW").map((run) => run.id);
    void this.reviews.load([...own, ...below]);
  }

  /** @returns {Promise<string>} */
  async #shareFile() {
    const { shareFile } = await import("../run/share.js");
    return shareFile(this.graph, this.catalog, this.state, (nodeId) => this.#titleOf(nodeId));
  }

  /** @param {GraphExecution} run */
  #showInputs(run) {
    const size = Object.keys(run.inputs ?? {}).length;
    if (size !== this.shownInputs) this.inputs.replace(run.inputs ?? {});
    this.shownInputs = size;
  }
}
