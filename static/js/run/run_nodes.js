/** The nodes of the graph that a run ran in: what they are called, and which of them bring values in and out. */

import { t } from "../messages.js";
import { isInterface, nameNodes } from "../names.js";

/** @typedef {import("../types.js").Graph} Graph */

export class RunNodes {
  /** @param {Graph} graph in the version that ran @param {Map<string, import("../types.js").Block>} catalog */
  constructor(graph, catalog) {
    this.graph = graph;
    this.catalog = catalog;
    /** Of the nodes that can run, by id. */
    this.names = nameNodes(graph.nodes ?? [], catalog);
  }

  /** @param {string} nodeId @returns {string} */
  titleOf = (nodeId) => this.names.get(nodeId)?.title ?? t("A removed node");

  /** @returns {Map<string, string>} names of the outputs, by id of their node */
  get outputs() {
    const outputs = (this.graph.nodes ?? []).filter((node) => this.catalog.get(node.block_id)?.uiType === "Output");
    return new Map(outputs.map((node) => [node.id, String(node.input_default?.name)]));
  }

  /** @returns {Set<string>} ids of input and output nodes */
  get ends() {
    const ends = (this.graph.nodes ?? []).filter((node) => isInterface(this.catalog.get(node.block_id)));
    return new Set(ends.map((node) => node.id));
  }
}

/** A deleted agent's runs can still be read. @param {import("../types.js").GraphExecution} run @returns {Graph} */
export function lostGraph(run) {
  return { id: run.graph_id, version: run.graph_version, name: t("A deleted agent"), description: "", nodes: [], links: [] };
}
