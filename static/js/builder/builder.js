/** What the parts of the builder share: the draft, what the canvas shows of it, and what can be done with both. */

import { isOff, nodeTitle } from "../names.js";
import { createStore } from "../../vendor/state.js";
import { Camera } from "./camera.js";
import { GraphDocument } from "./document.js";
import { findPin, fit, pinsOf, takesLinks } from "./pins.js";
import { makeFlowNodes } from "./flow_nodes.js";
import { problems, switchOff } from "./parts.js";
import { t } from "../messages.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {import("../types.js").Block} Block */
/** @typedef {import("./types.js").Problem} Problem */
/** @typedef {import("./types.js").Dragged} Dragged */
/** @typedef {import("./types.js").Point} Point */
/** @typedef {import("./types.js").PinChoice} PinChoice */
/** @typedef {import("./types.js").Zoom} Zoom */
/** @typedef {import("./types.js").View} View */

/** @type {View} */
const EMPTY = {
  flowNodes: [],
  selectedLinks: new Set(),
  openNodes: new Set(),
  panel: null,
  newer: null,
  menu: null,
  linking: null,
  pinChoice: null,
  said: "",
  palette: null,
  cutOff: new Set(),
  problems: [],
  refused: [],
  draft: "",
  version: 0,
  isChanged: false,
  dragged: null,
  isReady: false,
  zoom: "near",
  guides: [],
  ghosts: [],
  busy: "",
  price: null,
  run: null,
  runNodes: {},
  pinCounts: {},
};

export const GRID = 8;
const PROBLEMS_AFTER_MS = 250;

export class Builder {
  /**
   * @param {import("./document.js").Draft} draft @param {Graph|null} saved the version that it comes from
   * @param {Map<string, Block>} catalog @param {boolean} canDrag false on a phone, where blocks are added and linked from a node's panel
   */
  constructor(draft, saved, catalog, canDrag) {
    this.catalog = catalog;
    this.canDrag = canDrag;
    this.saved = saved;
    /** @type {Map<string, string>} ids of the saved version's nodes to those of the draft: saving gives new ones */
    this.localIds = new Map((saved?.nodes ?? []).map((node) => [node.id, node.id]));
    this.doc = new GraphDocument(draft);
    /** @type {import("./document.js").Draft} what is stored on the server: undo may lead back to it */
    this.stored = draft;
    this.view = createStore(() => ({ ...EMPTY, version: saved?.version ?? 0 }));
    /** @type {Record<string, any>|null} what the last run was given */
    this.lastInputs = null;
    /** What the draft may be saved beside: the user has been shown it. */
    this.seenVersion = 0;
    /** Keeps the draft in the browser at once; set by the page. */
    this.keepDraft = () => {};
    /** @type {any} React Flow's own handle, once the canvas is there */
    this.flow = null;
    this.camera = new Camera(this);
    this.lastPointer = { x: 0, y: 0 };
    /** @type {import("./drag_nodes.js").NodeDrag|null} */
    this.drag = null;
    this.isAltDown = false;
    /** @type {Set<string>} */
    this.opened = new Set();
    this.timer = 0;
    this.show();
    this.doc.store.subscribe(() => this.show());
  }

  /** @param {Partial<View>} change */
  set(change) {
    this.view.setState(change);
  }

  /** Tells screen readers. @param {string} words */
  say(words) {
    this.set({ said: words });
  }

  /** @returns {View} */
  get state() {
    return this.view.getState();
  }

  /** Brings the canvas up to what the draft says. */
  show() {
    const { flowNodes, openNodes } = this.state;
    this.set({ flowNodes: makeFlowNodes(this.doc.now, flowNodes, this.catalog, openNodes) });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.#findProblems(), PROBLEMS_AFTER_MS);
    if (this.doc.now.nodes.some(isOff) || this.state.cutOff.size) this.#showCutOff();
  }

  #showCutOff() {
    const { now } = switchOff;
    // Without it one can go on: the server follows the same rule.
    if (!now)
      return void switchOff().then(
        () => this.#showCutOff(),
        () => {},
      );
    this.set({ cutOff: now.linksOfRun(this.doc.now, this.catalog).cutOff });
  }

  async #findProblems() {
    // Without them one can go on: the server has the last word when the draft is saved.
    const [found, off] = await Promise.all([problems(), this.doc.now.nodes.some(isOff) ? switchOff() : null]).catch(() => []);
    const { now } = this.doc;
    if (!off && now.nodes.some(isOff)) return; // since then: the next look is on its way
    const followed = off ? off.linksOfRun(now, this.catalog) : { links: now.links, cutOff: new Set() };
    if (found) this.set({ problems: found.findProblems(now, this.catalog, followed) });
  }

  /** @param {string} id @returns {Block|undefined} */
  blockOf(id) {
    return this.catalog.get(this.doc.node(id)?.block_id ?? "");
  }

  /** @param {string} id @returns {string} */
  titleOf(id) {
    return nodeTitle(this.doc.node(id), this.blockOf(id));
  }

  /** @returns {boolean} whether the draft differs from what is stored */
  get differs() {
    const { stored, doc } = this;
    return ["name", "description", "nodes", "links"].some(
      (key) => /** @type {any} */ (stored)[key] !== /** @type {any} */ (doc.now)[key],
    );
  }

  // --- selection -----------------------------------------------------------------------------------

  /** @returns {Set<string>} */
  get selected() {
    return new Set(this.state.flowNodes.filter((node) => node.selected).map((node) => node.id));
  }

  /** @param {Iterable<string>} ids */
  select(ids) {
    const wanted = new Set(ids);
    const mark = (/** @type {any} */ node) =>
      Boolean(node.selected) === wanted.has(node.id) ? node : { ...node, selected: wanted.has(node.id) };
    this.set({ flowNodes: this.state.flowNodes.map(mark), selectedLinks: new Set() });
  }

  /** Selects a node, opens its form and brings it into sight. @param {string} id @param {string} [tab] @param {string} [field] that is wanted */
  reveal(id, tab = "inputs", field = "") {
    this.#openForm(id, tab, field);
    this.camera.centre(id);
  }

  /** @param {string} id @param {string} [tab] */
  openPanel(id, tab) {
    this.#openForm(id, tab);
    // After the canvas has made room for the panel.
    requestAnimationFrame(() => this.camera.keepInSight(id));
  }

  /** @param {string} id @param {string} [tab] @param {string} [field] */
  #openForm(id, tab, field = "") {
    this.select([id]);
    const before = this.state.panel;
    this.set({ panel: { kind: "node", id, tab: tab ?? (before?.kind === "node" ? before.tab : "inputs"), field } });
  }

  /** @param {string} id */
  toggleOpen(id) {
    const openNodes = new Set(this.state.openNodes);
    if (!openNodes.delete(id)) openNodes.add(id);
    this.set({ openNodes });
    this.show();
  }

  /** A node that a link is dragged over shows all its pins. @param {string} id */
  openWhileDragging(id) {
    const { dragged, openNodes } = this.state;
    if (!dragged || dragged.nodeId === id || openNodes.has(id)) return;
    this.opened.add(id);
    this.toggleOpen(id);
  }

  /** The block menu with what fits an output: what is chosen stands beside the node, linked. @param {string} nodeId @param {import("./pins.js").Pin} pin @param {Point} screen */
  offerAfter(nodeId, pin, screen) {
    const node = this.state.flowNodes.find((one) => one.id === nodeId);
    if (!node) return;
    const at = this.camera.freeBeside({ x: node.position.x + node.width + 80, y: node.position.y });
    this.set({ menu: { screen, at, from: { nodeId, pin, isSource: true } }, dragged: null });
  }

  /** The nodes that were opened by a drag close again. */
  closeOpened() {
    for (const id of this.opened) if (this.state.openNodes.has(id)) this.toggleOpen(id);
    this.opened.clear();
  }

  // --- links --------------------------------------------------------------------------------------

  /** @param {string} side @param {string} nodeId @param {string} name @returns {import("./pins.js").Pin} */
  pin(side, nodeId, name) {
    const node = this.doc.node(nodeId);
    const pins = node ? pinsOf(node, this.catalog.get(node.block_id)) : { inputs: [], outputs: [] };
    return findPin(pins, side === "source" ? "outputs" : "inputs", name);
  }

  /**
   * @param {string} sourceId
   * @param {string} source
   * @param {string} sinkId
   * @param {string} sink
   * @returns {string} why not, or ""
   */
  refusal(sourceId, source, sinkId, sink) {
    if (!takesLinks(this.blockOf(sinkId))) return t("An input of the agent gets its value from outside.");
    return fit(this.pin("source", sourceId, source), this.pin("target", sinkId, sink)).why;
  }

  /**
   * @param {string} sourceId
   * @param {string} source
   * @param {string} sinkId
   * @param {string} sink
   * @returns {boolean} whether the link is new
   */
  connect(sourceId, source, sinkId, sink) {
    const isStatic = this.blockOf(sourceId)?.staticOutput === true;
    return this.doc.connect({ source_id: sourceId, source_name: source, sink_id: sinkId, sink_name: sink, is_static: isStatic });
  }
}

/** @param {Point} at @returns {Point} */
export function snap({ x, y }) {
  return { x: Math.round(x / GRID) * GRID, y: Math.round(y / GRID) * GRID };
}
