/**
 * How often a node of a run will run, as far as that can be known: what stands in line already, and what the nodes before it will
 * still give if each execution of theirs gives as much as those that have ended.
 */

import { basePin } from "./pins.js";

/** @typedef {import("../types.js").Link} Link */
/** @typedef {Record<string, {count: number, ended: number}|undefined>} Nodes `count`: in line, running or ended */
/** @typedef {Record<string, Record<string, number>>} PinCounts how many values each pin of a node has given */

/** @param {Link[]} links that the run follows @returns {Map<string, Link[]>} those that bring a value each time, by the node that they lead to */
export function linksInto(links) {
  return Map.groupBy(
    links.filter((link) => !link.is_static),
    (link) => link.sink_id,
  );
}

/**
 * @param {string} id @param {Map<string, Link[]>} into @param {Nodes} nodes @param {PinCounts} given
 * @param {Map<string, number>} [known] what was computed before, for the same figures @returns {number}
 */
export function expectedRuns(id, into, nodes, given, known = new Map()) {
  const before = known.get(id);
  if (before !== undefined) return before;
  const inLine = nodes[id]?.count ?? 0;
  known.set(id, inLine); // in a circle nobody knows more
  /** @type {Map<string, number>} */
  const values = new Map();
  for (const { source_id, source_name, sink_name } of into.get(id) ?? []) {
    const source = nodes[source_id];
    const now = given[source_id]?.[basePin(source_name)] ?? 0;
    const rest = source?.ended ? expectedRuns(source_id, into, nodes, given, known) - source.ended : 0;
    values.set(sink_name, (values.get(sink_name) ?? 0) + now + (rest > 0 ? (rest * now) / (source?.ended ?? 1) : 0));
  }
  // One run takes a value of each of its pins.
  const expected = values.size ? Math.max(inLine, Math.round(Math.min(...values.values()))) : inLine;
  known.set(id, expected);
  return expected;
}
