/** What of the canvas is in sight, and where something new finds room in it. */

/** @typedef {import("./types.js").Point} Point */

/** Below it nobody reads a pin's name. */
const FIRST_ZOOM = 0.7;
/** The part of the canvas that the panel of a node leaves on a phone. */
const ABOVE_SHEET = 0.42;
/** Of a node that nobody has seen yet. */
const USUAL = { width: 175, height: 130 };
const GAP = 12;

export class Camera {
  /** @param {import("./builder.js").Builder} builder */
  constructor(builder) {
    this.builder = builder;
  }

  /** @returns {any[]} */
  get #nodes() {
    return this.builder.state.flowNodes;
  }

  /** @param {string} id @returns {any} */
  #node(id) {
    return this.#nodes.find((one) => one.id === id);
  }

  /** Brings a node to the middle; on a phone of what is above its sheet. @param {string} id */
  centre(id) {
    const node = this.#node(id);
    const zoom = Math.max(FIRST_ZOOM, this.builder.flow?.getZoom() ?? 1);
    const hidden = this.builder.canDrag ? 0 : ((placeOf()?.height ?? 0) * (1 - ABOVE_SHEET)) / zoom;
    const at = node && { x: node.position.x + node.width / 2, y: node.position.y + (node.height + hidden) / 2 };
    if (at) this.builder.flow?.setCenter(at.x, at.y, { zoom, duration: motionMs() });
  }

  /** All of it where that can be read, else its beginning. @returns {Promise<any>|undefined} */
  showFirst() {
    const place = placeOf();
    const flowNodes = this.#nodes;
    if (!place || !flowNodes.length) return;
    const left = Math.min(...flowNodes.map((node) => node.position.x));
    const right = Math.max(...flowNodes.map((node) => node.position.x + node.width));
    const tops = flowNodes.filter((node) => node.type !== "note" && node.position.x < left + place.width / FIRST_ZOOM);
    if (!tops.length) return this.showAll(0);
    const top = Math.min(...tops.map((node) => node.position.y));
    const bottom = Math.max(...tops.map((node) => node.position.y + node.height));
    if ((right - left) * FIRST_ZOOM < place.width && (bottom - top) * FIRST_ZOOM < place.height) return this.showAll(0);
    const spare = Math.max(24, (place.height - (bottom - top) * FIRST_ZOOM) / 2);
    return this.builder.flow?.setViewport({ x: 40 - left * FIRST_ZOOM, y: spare - top * FIRST_ZOOM, zoom: FIRST_ZOOM });
  }

  /** Moves the canvas as far as a node is hidden by the panel or an edge. @param {string} id */
  keepInSight(id) {
    const place = placeOf();
    const node = this.#node(id);
    const { flow, canDrag } = this.builder;
    if (!place || !node || !flow) return;
    const { x, y, zoom } = flow.getViewport();
    const bottom = canDrag ? place.height - 70 : place.height * ABOVE_SHEET;
    const right = place.width - (innerWidth < 1100 && canDrag ? 360 : 16);
    const at = { x: node.position.x * zoom + x, y: node.position.y * zoom + y };
    const isAboveMap = at.x + node.width * zoom > place.width - 190;
    const lowest = canDrag && isAboveMap ? bottom - 140 : bottom;
    const by = { x: shiftInto(at.x, node.width * zoom, 16, right), y: shiftInto(at.y, node.height * zoom, 16, lowest) };
    if (by.x || by.y) flow.setViewport({ x: x + by.x, y: y + by.y, zoom }, { duration: motionMs() });
  }

  /** @param {number} [durationMs] @returns {Promise<any>|undefined} */
  showAll(durationMs = motionMs()) {
    return this.builder.flow?.fitView({ padding: 0.12, maxZoom: 1, duration: durationMs });
  }

  showSelected() {
    const nodes = [...this.builder.selected].map((id) => ({ id }));
    if (nodes.length) this.builder.flow?.fitView({ nodes, padding: 0.2, maxZoom: 1, duration: motionMs() });
    else this.showAll();
  }

  /** @param {number} zoom */
  zoomTo(zoom) {
    this.builder.flow?.zoomTo(zoom, { duration: motionMs() });
  }

  /** @param {{width: number, height: number}} [size] of what is to stand there @returns {Point} about the middle of what is in sight */
  freePlace(size = USUAL) {
    const box = placeOf() ?? new DOMRect(0, 0, 800, 600);
    const middle = { x: box.left + box.width / 2 - 108, y: box.top + box.height / 3 };
    return this.freeBeside(this.builder.flow?.screenToFlowPosition(middle) ?? { x: 0, y: 0 }, size);
  }

  /** @param {Point} at @param {{width: number, height: number}} [size] @returns {Point} there, or below what stands there already */
  freeBeside({ x, y }, size = USUAL) {
    const isOver = (/** @type {any} */ { position, width, height }) =>
      Math.abs(position.x + width / 2 - x - size.width / 2) < (width + size.width) / 2 + GAP &&
      Math.abs(position.y + height / 2 - y - size.height / 2) < (height + size.height) / 2 + GAP;
    // Nodes stand on notes.
    const nodes = this.#nodes.filter((node) => node.type !== "note" || size !== USUAL);
    for (let over = nodes.find(isOver); over; over = nodes.find(isOver)) y = over.position.y + over.height + 2 * GAP;
    return { x, y };
  }
}

/** @returns {DOMRect|undefined} */
function placeOf() {
  return document.querySelector(".build-canvas")?.getBoundingClientRect();
}

/** @param {number} at @param {number} size @param {number} least @param {number} most @returns {number} */
function shiftInto(at, size, least, most) {
  if (at < least || size > most - least) return least - at;
  return at + size > most ? most - at - size : 0;
}

/** @returns {number} how long the canvas moves to something */
function motionMs() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 240;
}
