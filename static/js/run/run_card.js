/** The card beside the outputs: timeline, graph and inputs of a run as tabs, and running again from the node that is open. */

import { h } from "../dom.js";
import { t } from "../messages.js";
import { PinTable } from "../value_view.js";
import { RerunStrip } from "./rerun_strip.js";
import { RunGraph } from "./run_graph.js";
import { RunTimeline } from "./run_timeline.js";
import { tabList } from "./tabs.js";

/** @typedef {import("../types.js").GraphExecution} GraphExecution */

export class RunCard {
  /**
   * @param {import("./run_nodes.js").RunNodes} nodes @param {import("../run_state.js").RunState} state
   * @param {import("../run_feed.js").RunFeed} feed @param {import("./tree_feed.js").TreeFeed} treeFeed
   */
  constructor(nodes, state, feed, treeFeed) {
    const { graph, catalog } = nodes;
    this.treeFeed = treeFeed;
    this.rerun = new RerunStrip(graph.id, graph.version, treeFeed.runId);
    const onOpen = (/** @type {string} */ nodeId, /** @type {string} */ title) => void this.rerun.select(nodeId, title);
    this.timeline = new RunTimeline(nodes, state, feed, treeFeed, onOpen);
    this.graph = new RunGraph(graph, catalog, (nodeId) => this.openNode(nodeId));
    this.inputs = new PinTable(t("It was started without inputs."));
    this.shownInputs = -1;
    const tabs = [
      { label: t("Timeline"), panel: this.timeline.element },
      ...(nodes.names.size ? [{ label: t("Graph"), panel: h("div", null, this.graph.element) }] : []),
      { label: t("Inputs"), panel: h("div", { class: "card-body" }, this.inputs.element) },
    ];
    const line = h("div", { class: "tabs-line" }, tabList(t("Parts of the run"), tabs), this.timeline.axis.element);
    const panels = tabs.map(({ panel }) => panel);
    this.element = h("section", { class: "card timeline-card", "aria-label": t("Timeline") }, line, panels, this.rerun.element);
  }

  /** @param {GraphExecution} run @param {Set<import("./node_group.js").NodeGroup>} changed @param {number} ownCost in credits, without the runs below */
  update(run, changed, ownCost) {
    const cost = ownCost + this.treeFeed.cost;
    this.timeline.update(run, changed, cost);
    this.graph.update(changed);
    this.#showInputs(run);
    // A column of nothing only takes the room of the bars.
    this.element.classList.toggle("no-costs", !cost);
  }

  /** Brings a node's line into sight. @param {string} nodeId */
  openNode(nodeId) {
    /** @type {HTMLElement|null} */ (this.element.querySelector("[role=tab]"))?.click();
    this.timeline.open(nodeId);
  }

  /** @param {GraphExecution} run */
  #showInputs(run) {
    const size = Object.keys(run.inputs ?? {}).length;
    if (size !== this.shownInputs) this.inputs.replace(run.inputs ?? {});
    this.shownInputs = size;
  }
}
