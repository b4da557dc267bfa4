/**
 * The draft on the canvas: an agent's name, nodes and links, with undo and redo. Positions stand in metadata, as AutoGPT keeps
 * them.
 */

import { createStore, temporal } from "../../vendor/state.js";

/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {import("../types.js").Link} Link */
/** @typedef {{name: string, description: string, nodes: GraphNode[], links: Link[]}} Draft */

const STEPS = 500;
const MERGE_MS = 1500;

export class GraphDocument {
  /** @param {Draft} draft */
  constructor(draft) {
    const { name, description, nodes, links } = draft;
    const options = { limit: STEPS, equality: isSame, partialize: (/** @type {Draft} */ s) => s };
    this.store = createStore(temporal(() => ({ name, description, nodes, links }), options));
    this.lastKey = "";
    this.lastAt = 0;
  }

  /** @returns {Draft} */
  get now() {
    return this.store.getState();
  }

  /**
   * Changes the draft in one step of undo. Changes with the same `key` in quick succession are one step, like words typed into a field.
   * @param {Partial<Draft>} change @param {string} [key] @param {number} [withinMs] Infinity: a drag is one step, however long it rests
   */
  edit(change, key = "", withinMs = MERGE_MS) {
    const at = performance.now();
    const history = this.store.temporal.getState();
    const merges = key !== "" && key === this.lastKey && at - this.lastAt < withinMs && history.pastStates.length > 0;
    Object.assign(this, { lastKey: key, lastAt: at });
    if (merges) history.pause();
    this.store.setState(change);
    if (merges) history.resume();
  }

  /** @returns {import("./undo_keeper.js").History} */
  get history() {
    const { pastStates, futureStates } = this.store.temporal.getState();
    return {
      past: /** @type {Draft[]} */ (pastStates),
      now: this.now,
      future: /** @type {Draft[]} */ (futureStates).toReversed(),
    };
  }

  /** The steps of an earlier page; `now` of them is the draft already. @param {import("./undo_keeper.js").History} history */
  takeHistory({ past, future }) {
    this.store.temporal.setState({ pastStates: past, futureStates: future.toReversed() });
  }

  undo() {
    this.lastKey = "";
    this.store.temporal.getState().undo();
  }

  redo() {
    this.lastKey = "";
    this.store.temporal.getState().redo();
  }

  /** @param {string} id @returns {GraphNode|undefined} */
  node(id) {
    return this.now.nodes.find((node) => node.id === id);
  }

  /** @param {GraphNode[]} nodes @param {Link[]} [links] */
  add(nodes, links = []) {
    this.edit({ nodes: [...this.now.nodes, ...nodes], links: [...this.now.links, ...links] });
  }

  /** @param {string} id @param {Record<string, any>} inputDefault @param {string} key @param {Link[]} [links] where they change with it */
  setInputs(id, inputDefault, key, links = this.now.links) {
    const nodes = this.now.nodes.map((node) => (node.id === id ? { ...node, input_default: inputDefault } : node));
    this.edit({ nodes, links }, `${id} ${key}`);
  }

  /** @param {string} id @param {Record<string, any>} metadata what changes in it @param {string} [key] @param {number} [withinMs] */
  setMetadata(id, metadata, key = "", withinMs = MERGE_MS) {
    const change = (/** @type {GraphNode} */ node) => ({ ...node, metadata: { ...node.metadata, ...metadata } });
    const nodes = this.now.nodes.map((node) => (node.id === id ? change(node) : node));
    this.edit({ nodes }, key && `${id} ${key}`, withinMs);
  }

  /** @param {Map<string, {x: number, y: number}>} positions @param {string} [key] */
  move(positions, key = "") {
    const place = (/** @type {GraphNode} */ node) => {
      const position = positions.get(node.id);
      return position ? { ...node, metadata: { ...node.metadata, position } } : node;
    };
    this.edit({ nodes: this.now.nodes.map(place) }, key);
  }

  /** @param {Omit<Link, "id">} link @returns {boolean} false where it is there already */
  connect(link) {
    const isThere = this.now.links.some((one) => sameEnds(one, link));
    if (!isThere) this.edit({ links: [...this.now.links, { id: crypto.randomUUID(), ...link }] });
    return !isThere;
  }

  /** @param {Set<string>} nodeIds @param {Set<string>} linkIds @param {Link[]} [instead] new links, in the same step of undo */
  remove(nodeIds, linkIds, instead = []) {
    const stays = (/** @type {Link} */ link) =>
      !linkIds.has(link.id) && !nodeIds.has(link.source_id) && !nodeIds.has(link.sink_id);
    const links = [...this.now.links.filter(stays), ...instead];
    this.edit({ nodes: this.now.nodes.filter((node) => !nodeIds.has(node.id)), links });
  }
}

/** @param {Omit<Link, "id">} a @param {Omit<Link, "id">} b */
function sameEnds(a, b) {
  return a.source_id === b.source_id && a.source_name === b.source_name && a.sink_id === b.sink_id && a.sink_name === b.sink_name;
}

/** @param {Draft} a @param {Draft} b */
function isSame(a, b) {
  return a.name === b.name && a.description === b.description && a.nodes === b.nodes && a.links === b.links;
}
