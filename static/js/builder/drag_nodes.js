/** Dragging of nodes: they snap to the grid and to the edges of their neighbours, and with Alt copies are dragged. One step of undo. */

import { applyNodeChanges } from "../../vendor/flow.js";
import { copyNodes } from "./paste_nodes.js";
import { alignTo, edgesOf } from "./guides.js";
import { linkAt, linksThrough, markLink } from "./add_block.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("./builder.js").Point} Point */
/** @typedef {{id: string, x: number, y: number, width: number, height: number, title: string}} Place */

/** On the screen: nearer than this an edge draws. */
const NEAR_PX = 6;
/** Always the same, so that nothing is drawn anew for it. @type {never[]} */
const NONE = [];

export class NodeDrag {
  /** @param {Builder} builder @param {Set<string>} ids what is dragged @param {boolean} isCopy */
  constructor(builder, ids, isCopy) {
    this.builder = builder;
    this.isCopy = isCopy;
    /** @type {Map<string, Place>} where they stood */
    this.from = new Map();
    const others = [];
    const sight = inSight(builder);
    for (const { id, position, width, height, data } of builder.state.flowNodes) {
      const place = { id, ...position, width, height };
      if (ids.has(id)) this.from.set(id, { ...place, title: data.node.metadata.customized_name ?? "" });
      else if (overlaps(place, sight)) others.push(place);
    }
    this.edges = edgesOf(others);
    const [id] = ids;
    const isLinked = builder.doc.now.links.some((link) => link.source_id === id || link.sink_id === id);
    /** Whether it may be dropped on a link, to come between its ends: one node without links. */
    this.mayInsert = ids.size === 1 && !isLinked && !isCopy;
  }

  /**
   * Where they go, drawn to the nearest edges, and what is shown of that.
   * @param {Map<string, Point>} wanted @returns {{places: Map<string, Point>, marks: Partial<import("./builder.js").View>}}
   */
  move(wanted) {
    const [id, at] = /** @type {[string, Point]} */ (wanted.entries().next().value);
    const start = /** @type {Place} */ (this.from.get(id));
    const by = { x: at.x - start.x, y: at.y - start.y };
    const zoom = this.builder.flow?.getZoom() ?? 1;
    const { shift, lines } = alignTo(this.edges, boundsOf(this.from.values(), by), NEAR_PX / zoom);
    const places = new Map([...wanted].map(([one, { x, y }]) => [one, { x: x + shift.x, y: y + shift.y }]));
    if (this.mayInsert) markLink(linkAt(this.builder.lastPointer.x, this.builder.lastPointer.y));
    return { places, marks: { guides: lines.length ? lines : NONE, ghosts: this.isCopy ? this.#ghosts(places) : NONE } };
  }

  /** @param {Map<string, Point>} places */
  #ghosts(places) {
    return [...places].flatMap(([id, at]) => {
      const start = this.from.get(id);
      return start ? [{ ...start, ...at }] : [];
    });
  }

  /** @param {string} linkId @param {[string, Point]} moved @returns {boolean} */
  #insert(linkId, [id, position]) {
    const { doc } = this.builder;
    const node = doc.node(id);
    const links = node && linksThrough(this.builder, linkId, node);
    if (!links) return false;
    const nodes = doc.now.nodes.map((one) => (one.id === id ? { ...one, metadata: { ...one.metadata, position } } : one));
    doc.edit({ nodes, links });
    return true;
  }

  /** @param {Map<string, Point>} places */
  end(places) {
    const { builder } = this;
    builder.set({ guides: NONE, ghosts: NONE });
    const link = document.querySelector(".react-flow__edge[data-drop]")?.getAttribute("data-id");
    markLink(null);
    const [moved] = [...places].filter(([id, at]) => this.from.get(id)?.x !== at.x || this.from.get(id)?.y !== at.y);
    if (!moved) return;
    if (this.mayInsert && link && this.#insert(link, moved)) return;
    if (!this.isCopy) return builder.doc.move(places);
    const start = /** @type {Place} */ (this.from.get(moved[0]));
    copyNodes(builder, new Set(this.from.keys()), { x: moved[1].x - start.x, y: moved[1].y - start.y });
  }
}

/** All nodes of a drag move, and end, in one call. @param {Builder} builder @param {any[]} moved @param {any[]} selected changes, as React Flow gives them */
export function takeStep(builder, moved, selected) {
  const wanted = new Map(moved.map((change) => [change.id, change.position]));
  const drag = (builder.drag ??= new NodeDrag(builder, new Set(wanted.keys()), builder.isAltDown));
  const { places, marks } = drag.move(wanted);
  // Copies are dragged as outlines: what they are made of stays where it is.
  const shown = drag.isCopy ? [] : moved.map((change) => ({ ...change, position: places.get(change.id) }));
  builder.set({ ...marks, flowNodes: applyNodeChanges([...shown, ...selected], builder.state.flowNodes) });
  if (moved.some((change) => change.dragging)) return;
  builder.drag = null;
  drag.end(places);
}

/** @param {Builder} builder @returns {{x: number, y: number, width: number, height: number}} with a little around it: the canvas scrolls at its edges */
function inSight({ flow }) {
  const { x, y, zoom } = flow?.getViewport() ?? { x: 0, y: 0, zoom: 1 };
  const box = document.querySelector(".build-canvas")?.getBoundingClientRect() ?? new DOMRect(0, 0, innerWidth, innerHeight);
  return {
    x: (-x - box.width / 2) / zoom,
    y: (-y - box.height / 2) / zoom,
    width: (2 * box.width) / zoom,
    height: (2 * box.height) / zoom,
  };
}

/** @param {{x: number, y: number, width: number, height: number}} a @param {{x: number, y: number, width: number, height: number}} b */
function overlaps(a, b) {
  return a.x < b.x + b.width && a.x + a.width > b.x && a.y < b.y + b.height && a.y + a.height > b.y;
}

/** @param {Iterable<Place>} places @param {Point} by @returns {import("./guides.js").Box} */
function boundsOf(places, by) {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y, width, height } of places) {
    box.left = Math.min(box.left, x + by.x);
    box.top = Math.min(box.top, y + by.y);
    box.right = Math.max(box.right, x + by.x + width);
    box.bottom = Math.max(box.bottom, y + by.y + height);
  }
  return box;
}
