/** The graph of a run, coloured by what its nodes do; what runs comes into view, unless somebody looks around in it. */

import { h } from "../dom.js";
import { bringIntoView, drawGraph } from "../graph_picture.js";
import { t } from "../messages.js";

/** @typedef {import("./node_group.js").NodeGroup} NodeGroup */

export class RunGraph {
  /**
   * @param {import("../types.js").Graph} graph @param {Map<string, import("../types.js").Block>} catalog
   * @param {(nodeId: string) => void} openNode
   */
  constructor(graph, catalog, openNode) {
    this.picture = drawGraph(graph, catalog, openNode);
    const props = { class: "graph-place dotted", tabindex: 0, role: "group", "aria-label": t("Graph") };
    this.element = h("div", props, this.picture.element);
  }

  /** @param {Set<NodeGroup>} changed */
  update(changed) {
    for (const group of changed) this.picture.setStatus(group.nodeId, group.status);
    const running = [...changed].find((group) => group.status === "RUNNING");
    if (running && !this.#isLookedAt) bringIntoView(this.element, this.picture, running.nodeId);
  }

  /** The run has ended: back to where the graph begins. */
  rest() {
    if (!this.#isLookedAt) this.element.scrollTo({ left: 0, top: 0 });
  }

  get #isLookedAt() {
    return this.element.matches(":hover, :focus");
  }
}
