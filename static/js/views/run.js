/** One run, live: its outputs first, its graph, and a timeline of its nodes. */

import { executeGraph, getExecution, getGraph, serverNow, stopExecution } from "../api.js";
import { loadCatalog } from "../catalog.js";
import { fill, h, setText } from "../dom.js";
import { dayAndTime, timeMs } from "../format.js";
import { bringIntoView, drawGraph } from "../graph_picture.js";
import { icon } from "../icons.js";
import { blockLine, isNote, nodeTitle } from "../names.js";
import { button, pageHead, whileBusy } from "../page_head.js";
import { go, paths } from "../router.js";
import { RunFacts } from "../run_facts.js";
import { RunFeed } from "../run_feed.js";
import { RunOutputs } from "../run_outputs.js";
import { RunProblems } from "../run_problems.js";
import { RunState } from "../run_state.js";
import { badge, hasEnded, runLook } from "../status.js";
import { TimeScale, roomFor } from "../time_scale.js";
import { Timeline } from "../timeline.js";
import { toastError } from "../toast.js";
import { PinTable } from "../value_view.js";
import { t } from "../messages.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {import("../types.js").GraphExecution} GraphExecution */
/** @typedef {Map<string, import("../types.js").Block>} Catalog */

const SHOW_EVERY_MS = 100; // a stream of thousands of events is shown ten times a second
const TICK_MS = 250;

/** @type {import("../pages.js").View} */
export async function showRun(main, place, signal) {
  const { graphId, runId } = place.params;
  const [run, catalog] = await Promise.all([getExecution(graphId, runId), loadCatalog()]);
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

/** @param {import("../types.js").GraphNode[]} nodes @param {Catalog} catalog @returns {Map<string, string>} by node id */
function outputNames(nodes, catalog) {
  const outputs = nodes.filter((node) => catalog.get(node.block_id)?.uiType === "Output");
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
    this.shownInputs = -1;
    const nodes = (graph.nodes ?? []).filter((node) => !isNote(catalog.get(node.block_id)));
    this.state = new RunState(outputNames(nodes, catalog), () => this.#showSoon());
    this.feed = new RunFeed(graph.id, run.id, this.state, (isLive) => this.#showConnection(isLive));
    this.facts = new RunFacts(nodes.length);
    this.outputs = new RunOutputs(graph.output_schema);
    this.inputs = new PinTable(t("It was started without inputs."));
    this.timeline = new Timeline(new Map(nodes.map((node) => [node.id, this.#nameOf(node)])));
    this.picture = drawGraph(graph, catalog, (nodeId) => this.timeline.open(nodeId));
    this.graphPlace = h(
      "div",
      { class: "graph-place dotted", tabindex: 0, role: "group", "aria-label": t("Graph") },
      this.picture.element,
    );
    this.problems = new RunProblems(
      (execution) => this.#titleOf(execution),
      (execution) => this.#repairs(execution),
    );
    this.badge = h("span", { role: "status" });
    this.connection = h("span", { class: "muted", role: "status" });
    this.change = h("a", { class: "button quiet wide-only", href: paths.agentLikeRun(graph.id, run.id) }, t("Change inputs"));
    this.again = button(t("Run again"), "again", (pressed) => void this.#runAgain(pressed));
    this.stop = button(t("Stop"), "stop", (pressed) => void this.#stop(pressed), "stop");
    const name = graph.name || t("Agent without a name");
    this.head = pageHead({
      title: t("Run"),
      crumbs: [
        [t("Library"), paths.library()],
        [name, paths.agent(graph.id)],
      ],
      beside: [this.badge, this.connection],
      actions: [this.change, this.again, this.stop],
    });
    document.title = `${name}, run · autogpt_lite`;
    this.elements = [this.head, this.facts.element, this.#columns(nodes.length > 0)];
  }

  /** @param {boolean} hasGraph */
  #columns(hasGraph) {
    const summary = h("summary", { class: "card-head" }, icon("chevron", "row-chevron"), h("h2", null, t("Inputs")));
    const inputs = h(
      "details",
      { class: "card fold", open: true },
      summary,
      h("div", { class: "card-body" }, this.inputs.element),
    );
    const graph = h("section", { class: "card", "aria-label": t("Graph"), hidden: !hasGraph }, this.graphPlace);
    const timeline = h("section", { class: "card", "aria-label": t("Timeline") }, this.timeline.element);
    const left = h("div", { class: "stack" }, this.problems.element, this.outputs.element, inputs);
    return h("div", { class: "run-columns" }, left, h("div", { class: "stack" }, graph, timeline));
  }

  /** @param {import("../types.js").GraphNode} node */
  #nameOf(node) {
    const block = this.catalog.get(node.block_id);
    const title = nodeTitle(node, block);
    return { title, line: title === blockLine(block) ? "" : blockLine(block) };
  }

  /** @param {import("../types.js").NodeExecution} execution @returns {string} */
  #titleOf(execution) {
    return this.timeline.names.get(execution.node_id)?.title ?? t("A removed node");
  }

  /** @param {import("../types.js").NodeExecution} execution @returns {any[]} */
  #repairs(execution) {
    const show = button(t("Show node"), "arrow", () => this.timeline.open(execution.node_id), "small");
    return [show, h("a", { class: "button small", href: paths.agentLikeRun(this.graph.id, this.runId) }, t("Change inputs"))];
  }

  /** @param {GraphExecution} run */
  start(run) {
    this.state.load(run);
    this.#show();
    if (hasEnded(run.status)) return;
    this.feed.start();
    this.tick = setInterval(() => this.#tick(), TICK_MS);
    this.signal.addEventListener("abort", () => this.#unfollow());
    const keys = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "." && (event.ctrlKey || event.metaKey) && !this.stop.hidden) void this.#stop(this.stop);
    };
    document.addEventListener("keydown", keys, { signal: this.signal });
  }

  #unfollow() {
    this.feed.stop();
    clearInterval(this.tick);
    this.tick = undefined;
  }

  /** @param {boolean} isLive */
  #showConnection(isLive) {
    setText(this.connection, isLive ? "" : t("Connection lost, trying again. Nothing is lost."));
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
    this.#showStatus(run);
    this.#setScale();
    this.timeline.update(changed, this.#openEnd());
    for (const group of changed) this.picture.setStatus(group.nodeId, group.status);
    const running = [...changed].find((group) => group.status === "RUNNING");
    if (running && !this.graphPlace.matches(":hover, :focus")) bringIntoView(this.graphPlace, this.picture, running.nodeId);
    this.outputs.update(run);
    this.facts.update(state);
    this.problems.update(state, this.timeline.idleCount);
    this.#showInputs(run);
    if (hasEnded(run.status) && this.tick) void this.#finish();
  }

  /** The run has ended: what the events leave out (exact times, above all) comes from one last load. */
  async #finish() {
    this.#unfollow();
    this.#showConnection(true);
    if (!this.graphPlace.matches(":hover, :focus")) this.graphPlace.scrollTo({ left: 0, top: 0 });
    dispatchEvent(new Event("runs-changed"));
    await this.feed.reload();
  }

  /** @param {GraphExecution} run */
  #showStatus(run) {
    const look = runLook(run);
    if (this.badge.dataset.word !== look.word) {
      this.badge.dataset.word = look.word;
      this.badge.replaceChildren(badge(look));
    }
    const started = timeMs(run.started_at);
    const title = /** @type {HTMLElement} */ (this.head.querySelector("h1"));
    setText(
      title,
      Number.isNaN(started)
        ? t("Run")
        : t("Run of {time}", { time: dayAndTime(started).replace(/^[TY]/, (first) => first.toLowerCase()) }),
    );
    const ended = hasEnded(run.status);
    this.stop.hidden = ended;
    this.again.hidden = !ended || !this.graph.nodes?.length;
    this.change.hidden = this.again.hidden || !Object.keys(run.inputs ?? {}).length;
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
    this.timeline.setScale(new TimeScale(start, ended ? length : roomFor(length)), this.#openEnd());
  }

  /** Where the bar of what has no end ends: now, or where the run ended. */
  #openEnd() {
    const endedAt = timeMs(this.state.run?.ended_at);
    return Number.isNaN(endedAt) ? serverNow() : endedAt;
  }

  #tick() {
    this.#setScale();
    this.timeline.tick(serverNow());
    this.facts.tick(this.state);
  }

  /** @param {GraphExecution} run */
  #showInputs(run) {
    const size = Object.keys(run.inputs ?? {}).length;
    if (size !== this.shownInputs) this.inputs.replace(run.inputs ?? {});
    this.shownInputs = size;
  }

  /** @param {HTMLButtonElement} pressed */
  async #stop(pressed) {
    try {
      await whileBusy(pressed, t("Stopping"), () => stopExecution(this.graph.id, this.runId));
    } catch (error) {
      toastError(error, t("Stop"));
    }
    await this.feed.reload();
  }

  /** @param {HTMLButtonElement} pressed */
  async #runAgain(pressed) {
    try {
      const runId = await whileBusy(pressed, t("Starting"), () => executeGraph(this.graph, this.state.run?.inputs ?? {}));
      go(paths.run(this.graph.id, runId));
    } catch (error) {
      toastError(error, t("It was not started"));
    }
  }
}
