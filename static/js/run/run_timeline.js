/** The timeline of a run on its axis: the run itself, its nodes, the runs that these have started, and what did not start. */

import { serverNow } from "../api.js";
import { h, setText } from "../dom.js";
import { timeMs } from "../format.js";
import { t } from "../messages.js";
import { hasEnded } from "../status.js";
import { TimeScale, roomFor } from "../time_scale.js";
import { Timeline, TimelineAxis } from "../timeline.js";
import { EarlierExecutions } from "./earlier.js";
import { notStartedWords } from "./not_started.js";
import { RootRow } from "./root_row.js";

/** @typedef {import("../types.js").GraphExecution} GraphExecution */
/** @typedef {import("./run_nodes.js").RunNodes} RunNodes */

export class RunTimeline {
  /**
   * @param {RunNodes} nodes @param {import("../run_state.js").RunState} state
   * @param {import("../run_feed.js").RunFeed} feed @param {import("./tree_feed.js").TreeFeed} treeFeed
   * @param {(nodeId: string, title: string) => void} onOpen a row of the run itself was opened, none of the runs below it
   */
  constructor(nodes, state, feed, treeFeed, onOpen) {
    this.nodes = nodes;
    this.state = state;
    this.treeFeed = treeFeed;
    this.onOpen = onOpen;
    this.scale = new TimeScale(0, 1);
    this.axis = new TimelineAxis();
    this.root = new RootRow(nodes.graph.name || t("Agent without a name"));
    this.timeline = new Timeline(nodes.names, this.#place());
    this.earlier = new EarlierExecutions(state, feed);
    this.notStarted = h("p", { class: "timeline-foot muted", hidden: true });
    const lines = h("div", { class: "timeline-lines" }, this.root.element, this.timeline.list);
    this.element = h("div", { class: "timeline-panel" }, lines, this.earlier.element, this.notStarted);
  }

  /** @returns {import("../timeline.js").Place} */
  #place() {
    const { runId, tree, open } = this.treeFeed;
    return {
      runId,
      depth: 0,
      tree,
      catalog: this.nodes.catalog,
      states: open,
      scale: () => this.scale,
      nowMs: () => this.#openEnd(),
      onOpen: (ofRun, nodeId, title) => {
        if (ofRun === runId) this.onOpen(nodeId, title);
      },
    };
  }

  /** @param {GraphExecution} run @param {Set<import("./node_group.js").NodeGroup>} changed @param {number} cost in credits, of the tree */
  update(run, changed, cost) {
    this.#setScale();
    this.timeline.update(changed);
    this.earlier.update();
    this.root.show(run, cost);
    this.#showRootTime(run);
    if (hasEnded(run.status)) this.#showNotStarted();
  }

  /** The runs below may be others, or further. */
  updateTree() {
    this.timeline.updateTree();
  }

  /** Lets what runs grow. */
  tick() {
    this.#setScale();
    this.timeline.tick();
    if (this.state.run) this.#showRootTime(this.state.run);
  }

  /** @param {string} nodeId */
  open(nodeId) {
    this.timeline.open(nodeId);
  }

  #showNotStarted() {
    const words = notStartedWords(this.nodes.graph, this.state, this.nodes.names);
    this.notStarted.hidden = !words;
    setText(this.notStarted, words);
  }

  /** @param {GraphExecution} run */
  #showRootTime(run) {
    this.root.showTime(timeMs(run.started_at), this.#openEnd(), this.scale);
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
}
