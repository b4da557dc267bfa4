/** Draws a graph: small on a card, larger with names and statuses on the pages of an agent and of a run. */

import { svg } from "./dom.js";
import { cut } from "./format.js";
import { icon } from "./icons.js";
import { layOut } from "./graph_layout.js";
import { blockLine, isInterface, isNote, nodeTitle, pinKind } from "./names.js";
import { statusLook } from "./status.js";
import { plural } from "./messages.js";

/** @typedef {import("./types.js").Graph} Graph */
/** @typedef {import("./types.js").GraphNode} GraphNode */
/** @typedef {import("./types.js").Link} Link */
/** @typedef {import("./types.js").Status} Status */
/** @typedef {Map<string, import("./types.js").Block>} Catalog */
/** @typedef {{width: number, height: number, columnGap: number, rowGap: number, margin: number, labels: boolean}} Sizes */
/** @typedef {{x: number, y: number}} Point */
/**
 * @typedef {{element: SVGElement, nodes: Map<string, SVGElement>, setStatus: (nodeId: string, status: Status|null) => void}} Picture
 */

const MINI_BOX = { width: 250, height: 66 };
const PHONE_MINI_BOX = { width: 88, height: 60 };
/** @type {Sizes} */
const FULL = { width: 134, height: 42, columnGap: 40, rowGap: 12, margin: 4, labels: true };
const FULL_BOX = { width: 0, height: 96 };
/** Smaller than this nobody can read the names: a wider graph scrolls instead. */
const LEAST_SCALE = 0.95;

/**
 * @param {Graph} graph @param {Catalog} catalog @param {Map<string, Status|null>} [statuses] of the nodes, by id
 * @returns {SVGElement}
 */
export function drawMini(graph, catalog, statuses) {
  const box = matchMedia("(max-width: 719px)").matches ? PHONE_MINI_BOX : MINI_BOX;
  const picture = draw(graph, catalog, (layout) => miniSizes(layout, box), box);
  for (const [nodeId, status] of statuses ?? []) picture.setStatus(nodeId, status);
  return picture.element;
}

/** @param {Graph} graph @param {Catalog} catalog @param {(nodeId: string) => void} [onChoose] @returns {Picture} */
export function drawGraph(graph, catalog, onChoose) {
  const picture = draw(graph, catalog, () => FULL, FULL_BOX, onChoose);
  const [, , width, height] = (picture.element.getAttribute("viewBox") ?? "").split(" ").map(Number);
  Object.assign(picture.element.style, {
    minWidth: `${width * LEAST_SCALE}px`,
    maxWidth: `${width}px`,
    aspectRatio: `${width} / ${height}`,
  });
  return picture;
}

/**
 * Keeps a node in sight in a graph that scrolls; the page itself stays where it is.
 * @param {HTMLElement} place what scrolls @param {Picture} picture @param {string} nodeId
 */
export function bringIntoView(place, picture, nodeId) {
  const node = picture.nodes.get(nodeId)?.getBoundingClientRect();
  if (!node) return;
  const frame = place.getBoundingClientRect();
  const left = Math.min(0, node.left - frame.left - 20) + Math.max(0, node.right - frame.right + 20);
  const top = Math.min(0, node.top - frame.top - 20) + Math.max(0, node.bottom - frame.bottom + 20);
  if (left || top)
    place.scrollBy({ left, top, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

/**
 * A long graph gets narrow nodes rather than a picture too small to see.
 * @param {import("./graph_layout.js").Layout} layout @param {{width: number, height: number}} box @returns {Sizes}
 */
function miniSizes(layout, box) {
  const column = Math.min(46, (box.width - 4) / layout.columns);
  const row = Math.min(19, (box.height - 4) / layout.rows);
  const width = column * 0.58;
  const height = Math.min(12, row * 0.64, Math.max(5, width * 0.8));
  return { width, height, columnGap: column - width, rowGap: row - height, margin: 2, labels: false };
}

/**
 * @param {Graph} graph @param {Catalog} catalog @param {(layout: import("./graph_layout.js").Layout) => Sizes} sizesOf
 * @param {{width: number, height: number}} least a small graph is not blown up beyond this
 * @param {(nodeId: string) => void} [onChoose]
 * @returns {Picture}
 */
function draw(graph, catalog, sizesOf, least, onChoose) {
  const nodes = (graph.nodes ?? []).filter((node) => !isNote(catalog.get(node.block_id)));
  const links = graph.links ?? [];
  const layout = layOut(
    nodes.map((node) => node.id),
    links,
  );
  const sizes = sizesOf(layout);
  const place = placer(layout, sizes);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  /** @type {Map<string, SVGElement>} */
  const drawn = new Map(nodes.map((node) => [node.id, drawNode(node, catalog, place(node.id), sizes, onChoose)]));
  const lines = links
    .filter((l) => byId.has(l.source_id) && byId.has(l.sink_id))
    .map((l) => drawLink(l, byId, catalog, place, sizes));
  const element = svg(
    "svg",
    {
      class: sizes.labels ? "graph" : "graph mini",
      viewBox: viewBox(layout, sizes, least),
      role: "img",
      "aria-label": plural(nodes.length, "Graph of {n} node", "Graph of {n} nodes"),
    },
    svg("g", { class: "graph-links" }, lines),
    svg("g", null, [...drawn.values()]),
  );
  return { element, nodes: drawn, setStatus: (nodeId, status) => showStatus(drawn.get(nodeId), status, sizes) };
}

/** @param {import("./graph_layout.js").Layout} layout @param {Sizes} s @returns {(id: string) => Point} the upper left corner */
function placer(layout, s) {
  return (id) => {
    const cell = layout.cells.get(id) ?? { column: 0, row: 0 };
    return { x: s.margin + cell.column * (s.width + s.columnGap), y: s.margin + cell.row * (s.height + s.rowGap) };
  };
}

/** @param {import("./graph_layout.js").Layout} layout @param {Sizes} s @param {{width: number, height: number}} least */
function viewBox(layout, s, least) {
  const width = 2 * s.margin + Math.max(1, layout.columns) * (s.width + s.columnGap) - s.columnGap;
  const height = 2 * s.margin + Math.max(1, layout.rows) * (s.height + s.rowGap) - s.rowGap;
  const w = Math.max(width, least.width);
  const h = Math.max(height, least.height);
  return `${(width - w) / 2} ${(height - h) / 2} ${w} ${h}`;
}

/**
 * @param {GraphNode} node @param {Catalog} catalog @param {Point} at @param {Sizes} s
 * @param {((id: string) => void)|undefined} onChoose
 */
function drawNode(node, catalog, at, s, onChoose) {
  const block = catalog.get(node.block_id);
  const title = nodeTitle(node, block);
  const kind = isInterface(block) ? "graph-node interface" : "graph-node";
  const box = svg("rect", { width: s.width, height: s.height, rx: s.labels ? 9 : Math.min(3.5, s.width / 4) });
  const props = {
    class: onChoose ? `${kind} choosable` : kind,
    transform: `translate(${at.x} ${at.y})`,
    on: onChoose ? { click: () => onChoose(node.id) } : {},
  };
  if (!s.labels) return svg("g", props, box);
  const name = svg("text", { x: 11, y: 18, class: "graph-name" }, cut(title, 17));
  const line = svg("text", { x: 11, y: 32, class: "graph-line" }, cut(blockLine(block), 22));
  return svg("g", props, svg("title", null, `${title} (${blockLine(block)})`), box, name, line);
}

/**
 * @param {Link} link @param {Map<string, GraphNode>} nodes @param {Catalog} catalog @param {(id: string) => Point} place
 * @param {Sizes} s
 */
function drawLink(link, nodes, catalog, place, s) {
  const from = place(link.source_id);
  const to = place(link.sink_id);
  const block = catalog.get(nodes.get(link.source_id)?.block_id ?? "");
  const kind = pinKind(block?.outputSchema?.properties?.[link.source_name.split(/_[#$@]_/)[0]]);
  const props = { class: `pin-${kind}${link.is_static ? " static" : ""}`, d: curve(from, to, s) };
  return svg("path", props);
}

/** @param {Point} from @param {Point} to @param {Sizes} s @returns {string} */
function curve(from, to, s) {
  const x1 = from.x + s.width;
  const y1 = from.y + s.height / 2;
  const y2 = to.y + s.height / 2;
  if (to.x > from.x) {
    const bend = Math.max(s.columnGap / 2, Math.min(80, (to.x - x1) / 2));
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${to.x - bend} ${y2} ${to.x} ${y2}`;
  }
  // A link back (a cycle) goes around below both nodes.
  const low = Math.max(from.y, to.y) + s.height + s.rowGap;
  return `M${x1} ${y1}C${x1 + s.columnGap} ${low} ${to.x - s.columnGap} ${low} ${to.x} ${y2}`;
}

/** @param {SVGElement|undefined} node @param {Status|null} status @param {Sizes} s */
function showStatus(node, status, s) {
  if (!node || node.dataset.status === (status ?? "")) return;
  node.dataset.status = status ?? "";
  if (!s.labels) return;
  node.querySelector(".graph-glyph")?.remove();
  if (!status) return;
  const look = statusLook(status);
  const glyph = icon(look.icon, `graph-glyph tone-${look.tone}`);
  for (const [key, value] of Object.entries({ x: s.width - 23, y: 7, width: 14, height: 14 }))
    glyph.setAttribute(key, String(value));
  node.append(glyph);
}
