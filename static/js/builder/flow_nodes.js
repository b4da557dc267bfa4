/** Nodes and links of the draft in the form that React Flow draws. What stayed the same stays the same object. */

import { t } from "../messages.js";
import { blockLine, isNote, isOff, nodeTitle } from "../names.js";
import { findLanes } from "./link_lanes.js";
import { boxOf, noteBox } from "./node_box.js";
import { fit, pinLabel } from "./pins.js";

/** @typedef {import("../types.js").Link} Link */
/** @typedef {import("./document.js").Draft} Draft */
/** @typedef {{into: Map<string, Set<string>>, out: Map<string, Set<string>>}} LinkedPins names of linked pins by node id */

/** @type {WeakMap<Link[], LinkedPins>} */
const linkedPinsCache = new WeakMap();

/** @param {Link[]} links @returns {LinkedPins} */
export function linkedPins(links) {
  let pins = linkedPinsCache.get(links);
  if (pins) return pins;
  pins = { into: new Map(), out: new Map() };
  for (const link of links) {
    addTo(pins.into, link.sink_id, link.sink_name);
    addTo(pins.out, link.source_id, link.source_name);
  }
  linkedPinsCache.set(links, pins);
  return pins;
}

/** @param {Map<string, Set<string>>} map @param {string} id @param {string} name */
function addTo(map, id, name) {
  const names = map.get(id);
  if (names) names.add(name);
  else map.set(id, new Set([name]));
}

const NONE = /** @type {Set<string>} */ (new Set());

/**
 * @param {Draft} draft @param {any[]} before @param {Map<string, import("../types.js").Block>} catalog @param {Set<string>} open
 * @returns {any[]}
 */
export function makeFlowNodes({ nodes, links }, before, catalog, open) {
  const old = new Map(before.map((flow) => [flow.id, flow]));
  const linked = linkedPins(links);
  return nodes.map((node) => {
    const known = old.get(node.id);
    const into = linked.into.get(node.id) ?? NONE;
    const out = linked.out.get(node.id) ?? NONE;
    const key = `${open.has(node.id)} ${[...into].join("\n")} ${[...out].join("\n")}`;
    if (known?.data.node === node && known.data.key === key) return known;
    return makeFlowNode(
      node,
      catalog.get(node.block_id),
      { into, out, key, isOpen: open.has(node.id) },
      known?.selected ?? false,
    );
  });
}

/**
 * @param {import("../types.js").GraphNode} node @param {import("../types.js").Block|undefined} block
 * @param {{into: Set<string>, out: Set<string>, key: string, isOpen: boolean}} linked @param {boolean} selected
 */
function makeFlowNode(node, block, { into, out, key, isOpen }, selected) {
  const note = isNote(block);
  const box = note ? noteBox(node) : boxOf(node, block, into, out, isOpen);
  const { width, height, handles } = box;
  const { x, y } = node.metadata.position;
  return {
    id: node.id,
    type: note ? "note" : "block",
    ariaLabel: note ? t("Note: {text}", { text: String(node.input_default.text ?? "").slice(0, 80) }) : nameOf(node, block),
    position: { x, y },
    data: { node, block, box, key, into, out, isOpen },
    width,
    height,
    // Known before they are drawn: otherwise all of them would be drawn once, only to be measured.
    measured: { width, height },
    handles,
    selected,
    zIndex: note ? -1 : isOpen ? 5 : undefined,
  };
}

/** @param {import("../types.js").GraphNode} node @param {import("../types.js").Block|undefined} block @returns {string} */
function nameOf(node, block) {
  const [title, line] = [nodeTitle(node, block), blockLine(block)];
  return title === line ? title : `${title}, ${line}`;
}

/** @param {any} flow @returns {string} */
const titleOf = ({ data }) => nodeTitle(data.node, data.block);

/** @param {Draft} draft @param {any[]} flowNodes @param {Set<string>} selected @returns {any[]} */
export function makeFlowEdges({ links }, flowNodes, selected) {
  const byId = new Map(flowNodes.map((flow) => [flow.id, flow]));
  const lanes = lanesOf(links, flowNodes);
  const edges = [];
  for (const link of links) {
    const source = byId.get(link.source_id);
    const sink = byId.get(link.sink_id);
    if (!source || !sink) continue;
    edges.push({
      id: link.id,
      type: "link",
      source: link.source_id,
      target: link.sink_id,
      sourceHandle: link.source_name,
      targetHandle: link.sink_name,
      ariaLabel: t("Link: {source}, {pin} to {sink}, {sinkPin}", {
        source: titleOf(source),
        pin: pinLabel(link.source_name),
        sink: titleOf(sink),
        sinkPin: pinLabel(link.sink_name),
      }),
      data: { ...linkData(link, source, sink), lane: lanes.get(link.id) },
      selected: selected.has(link.id),
    });
  }
  return edges;
}

/** @param {Link[]} links @param {any[]} flowNodes */
function lanesOf(links, flowNodes) {
  const kept = links.filter((link) => link.is_static);
  if (!kept.length) return new Map();
  const places = flowNodes
    .filter((flow) => flow.type !== "note")
    .map(({ id, position, width, height }) => ({ id, ...position, width, height }));
  return findLanes(
    kept.map((link) => ({ id: link.id, source: link.source_id, target: link.sink_id })),
    places,
  );
}

/** What a link shows: the type of its source, and that of its end where the value is converted on the way.
 * @param {Link} link @param {any} source @param {any} sink */
function linkData(link, source, sink) {
  const out = source.data.box.rows.find((/** @type {any} */ row) => row.output?.name === link.source_name)?.output;
  const into = sink.data.box.rows.find((/** @type {any} */ row) => row.input?.name === link.sink_name)?.input;
  const converts = out && into && fit(out, into).converts;
  return {
    kind: out?.kind ?? "any",
    converts: converts ? into.kind : "",
    isStatic: link.is_static,
    isOff: isOff(source.data.node) || isOff(sink.data.node),
  };
}
