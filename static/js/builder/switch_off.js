/**
 * Nodes that are switched off: a run takes the agent as if they were not there, and passes a value on where one has a single obvious
 * way through. What only hangs on them does not run either. The rule is the server's (engine/switched_off.py, docs/runs.md); here it
 * shows that, and says what is missing while one edits.
 */

import { isNote, isOff } from "../names.js";
import { pinsOf, takesLinks } from "./pins.js";
import { plural } from "../messages.js";

/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {import("../types.js").Link} Link */
/** @typedef {import("./document.js").Draft} Draft */
/** @typedef {Map<string, import("../types.js").Block>} Catalog */

/**
 * @param {Draft} draft @param {Catalog} catalog
 * @returns {{links: Link[], cutOff: Set<string>}} the links that a run follows, and the nodes that it would reach only through switched off ones
 */
export function linksOfRun({ nodes, links }, catalog) {
  const off = new Map(nodes.filter(isOff).map((node) => [node.id, node]));
  if (!off.size) return { links, cutOff: new Set() };
  const ways = waysThrough(off, links, catalog);
  /** @type {Link[]} */
  const kept = [];
  /** @type {Set<string>} */
  const lost = new Set();
  for (const link of links) {
    if (off.has(link.sink_id)) continue;
    const source = sourceOf(link, off, ways);
    if (!source) lost.add(link.sink_id);
    else kept.push(source === link ? link : { ...source, id: link.id, sink_id: link.sink_id, sink_name: link.sink_name });
  }
  const linked = new Set(links.map((link) => link.sink_id));
  const begins = nodes.filter((node) => !off.has(node.id) && (!linked.has(node.id) || !takesLinks(catalog.get(node.block_id))));
  const cutOff = reached(lost, kept);
  for (const id of reached(new Set(begins.map((node) => node.id)), kept)) cutOff.delete(id);
  return { links: kept.filter((link) => !cutOff.has(link.source_id) || cutOff.has(link.sink_id)), cutOff };
}

/** @param {Set<string>} begins @param {Link[]} links @returns {Set<string>} these nodes, and all that links lead to from them */
function reached(begins, links) {
  const after = Map.groupBy(links, (link) => link.source_id);
  const found = new Set(begins);
  // A set goes on with what is added to it meanwhile.
  for (const id of found) for (const link of after.get(id) ?? []) found.add(link.sink_id);
  return found;
}

/** @param {Map<string, GraphNode>} off @param {Link[]} links @param {Catalog} catalog @returns {Map<string, Link>} the one link that goes on */
function waysThrough(off, links, catalog) {
  const into = Map.groupBy(links, (link) => link.sink_id);
  const out = Map.groupBy(links, (link) => link.source_id);
  /** @type {Map<string, Link>} */
  const ways = new Map();
  for (const [id, node] of off) {
    const pins = pinsOf(node, catalog.get(node.block_id));
    const [link, more] = into.get(id) ?? [];
    const names = new Set((out.get(id) ?? []).map((one) => one.source_name).filter((name) => name !== "error"));
    const sink = pins.inputs.find((pin) => pin.name === link?.sink_name && !pin.isPart);
    const source = pins.outputs.find((pin) => names.has(pin.name));
    if (link && !more && names.size === 1 && sink && sink.kind === source?.kind && sink.kind !== "key") ways.set(id, link);
  }
  return ways;
}

/** @param {Link} link @param {Map<string, GraphNode>} off @param {Map<string, Link>} ways @returns {Link|undefined} */
function sourceOf(link, off, ways) {
  const passed = new Set();
  /** @type {Link|undefined} */
  let found = link;
  while (found && off.has(found.source_id)) {
    if (found.source_name === "error" || passed.has(found.source_id)) return undefined;
    passed.add(found.source_id);
    found = ways.get(found.source_id);
  }
  return found;
}

/** @param {Draft} draft @param {Set<string>} ids @param {boolean} isNowOff @returns {GraphNode[]} */
function switched({ nodes }, ids, isNowOff) {
  return nodes.map((node) => {
    if (!ids.has(node.id) || isOff(node) === isNowOff) return node;
    const { disabled: _, ...metadata } = node.metadata;
    return { ...node, metadata: isNowOff ? { ...metadata, disabled: true } : metadata };
  });
}

/** Switches what is selected off, or on again where all of it is off. @param {import("./builder.js").Builder} builder */
export function toggleOff(builder) {
  const { doc, catalog, selected } = builder;
  const nodes = doc.now.nodes.filter((node) => selected.has(node.id) && !isNote(catalog.get(node.block_id)));
  if (!nodes.length) return;
  const isNowOff = !nodes.every(isOff);
  const before = linksOfRun(doc.now, catalog).cutOff;
  doc.edit({ nodes: switched(doc.now, new Set(nodes.map((node) => node.id)), isNowOff) });
  const rest = [...linksOfRun(doc.now, catalog).cutOff].filter((id) => !before.has(id)).length;
  builder.say(
    [saidOf(nodes.length, builder.titleOf(nodes[0].id), isNowOff), rest > 0 && restSaid(rest)].filter(Boolean).join(" "),
  );
}

/** @param {number} n @param {string} title of the first one @param {boolean} isNowOff @returns {string} */
function saidOf(n, title, isNowOff) {
  return isNowOff
    ? plural(n, "{title} is switched off.", "{n} nodes are switched off.", { title })
    : plural(n, "{title} is switched on.", "{n} nodes are switched on.", { title });
}

/** @param {number} n @returns {string} */
function restSaid(n) {
  return plural(n, "{n} node only hangs on it and does not run either.", "{n} nodes only hang on it and do not run either.");
}
