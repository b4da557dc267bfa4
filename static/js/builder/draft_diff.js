/** What the draft changes in the version that it comes from, in the shape in which the server compares two versions. */

import { nodeTitle } from "../names.js";

/** @typedef {import("./document.js").Draft} Draft */
/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {import("../types.js").Link} Link */
/** @typedef {import("../api/versions.js").Change} Change */

/** Where a node lies, how large it is and what is pinned to it is no difference in what the agent does. */
const UNSHOWN = ["position", "size", "pinned_output"];

/**
 * @param {Draft} before @param {Draft} after @param {Map<string, import("../types.js").Block>} catalog
 * @returns {import("../api/versions.js").Difference}
 */
export function diffDrafts(before, after, catalog) {
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  const now = new Map(after.nodes.map((node) => [node.id, node]));
  const told = (/** @type {GraphNode|undefined} */ was, /** @type {GraphNode|undefined} */ is) => {
    const node = is ?? was;
    const name = node ? nodeTitle(node, catalog.get(node.block_id)) : "";
    const changes = was && is ? changesOf(valuesIn(was), valuesIn(is)) : [];
    return { before_id: was?.id ?? null, after_id: is?.id ?? null, block_id: node?.block_id ?? "", name, changes };
  };
  const changed = after.nodes.filter((node) => old.has(node.id) && old.get(node.id) !== node);
  return {
    fields: changesOf(
      { name: before.name, description: before.description },
      { name: after.name, description: after.description },
    ),
    nodes: {
      added: after.nodes.filter((node) => !old.has(node.id)).map((node) => told(undefined, node)),
      removed: before.nodes.filter((node) => !now.has(node.id)).map((node) => told(node, undefined)),
      changed: changed.map((node) => told(old.get(node.id), node)).filter((one) => one.changes.length > 0),
    },
    links: diffLinks(before, after, (id) => told(old.get(id), now.get(id)).name),
    inputs: { added: [], removed: [], changed: [] },
    outputs: { added: [], removed: [], changed: [] },
  };
}

/** @param {GraphNode} node @returns {Map<string, any>} */
function valuesIn({ input_default: inputs, metadata }) {
  const shown = Object.entries(metadata).filter(([name]) => !UNSHOWN.includes(name));
  return new Map([
    ...shown.map(([name, value]) => /** @type {const} */ ([`metadata.${name}`, value])),
    ...Object.entries(inputs),
  ]);
}

/** @param {Record<string, any>|Map<string, any>} before @param {Record<string, any>|Map<string, any>} after @returns {Change[]} */
function changesOf(before, after) {
  const [was, is] = [before, after].map((one) => (one instanceof Map ? one : new Map(Object.entries(one))));
  const names = [...new Set([...was.keys(), ...is.keys()])];
  const differs = (/** @type {string} */ name) => JSON.stringify(was.get(name)) !== JSON.stringify(is.get(name));
  return names.filter(differs).map((name) => ({ name, before: was.get(name) ?? null, after: is.get(name) ?? null }));
}

/** @param {Draft} before @param {Draft} after @param {(id: string) => string} nameOf */
function diffLinks(before, after, nameOf) {
  const key = (/** @type {Link} */ one) => JSON.stringify([one.source_id, one.source_name, one.sink_id, one.sink_name]);
  const [old, now] = [before, after].map(({ links }) => new Set(links.map(key)));
  const told = (/** @type {Link} */ { source_id, source_name, sink_id, sink_name, is_static }) => {
    return { source: nameOf(source_id), source_name, sink: nameOf(sink_id), sink_name, is_static };
  };
  return {
    added: after.links.filter((one) => !old.has(key(one))).map(told),
    removed: before.links.filter((one) => !now.has(key(one))).map(told),
    changed: [],
  };
}
