/** What taking another version of an agent changes at its node: pins that are gone or of another type, and links that would break. */

import { basePin, findPin, fit, pinsOf, valuesOf, wordOf } from "./pins.js";
import { t } from "../messages.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {import("../types.js").Link} Link */
/** @typedef {import("./pins.js").Pin} Pin */
/**
 * @typedef {Object} Update
 * @property {GraphNode} node as it is afterwards
 * @property {Link[]} broken links that have no place any more
 * @property {string[]} lines what changes, a sentence each; none: nothing that is linked or typed
 */

/**
 * @param {import("./builder.js").Builder} builder @param {GraphNode} node of an agent @param {Graph} graph the version that it takes
 * @returns {Update}
 */
export function planUpdate(builder, node, graph) {
  const block = builder.catalog.get(node.block_id);
  const { input_schema, output_schema, name, version } = graph;
  const before = pinsOf(node, block);
  const { nodes_input_masks: _, ...kept } = node.input_default; // those name nodes of the old version
  const made = { ...node, input_default: { ...kept, graph_version: version, agent_name: name, input_schema, output_schema } };
  const after = pinsOf(made, block);
  const known = new Set(after.inputs.map((pin) => pin.name));
  const values = Object.entries(valuesOf(node, block)).filter(([pin]) => known.has(pin));
  /** @type {Record<string, any>} */ (made.input_default).inputs = Object.fromEntries(values);
  const breaks = builder.doc.now.links.flatMap((link) => {
    const why = breakOf(builder, link, node.id, after);
    return why ? [{ link, why }] : [];
  });
  const told = new Set(
    breaks.flatMap(({ link }) => (link.sink_id === node.id ? [`in ${basePin(link.sink_name)}`] : [`out ${link.source_name}`])),
  );
  const lines = [
    ...breaks.map((one) => one.why),
    ...changedInputs(before.inputs, after.inputs, valuesOf(node, block), told),
    ...newInputs(before.inputs, after.inputs),
  ];
  return { node: made, broken: breaks.map((one) => one.link), lines };
}

/** @param {import("./builder.js").Builder} builder @param {Link} link @param {string} id @param {import("./pins.js").Pins} after @returns {string} why it breaks, or "" */
function breakOf(builder, link, id, after) {
  if (link.sink_id === id) {
    const title = builder.titleOf(link.source_id);
    const sink = after.inputs.find((pin) => pin.name === basePin(link.sink_name));
    if (!sink)
      return t("The input {pin} is gone, and with it its link from {node}.", { pin: basePin(link.sink_name), node: title });
    const { fits, why } = fit(builder.pin("source", link.source_id, link.source_name), findPin(after, "inputs", link.sink_name));
    return fits ? "" : t("The link from {node} goes: {why}", { node: title, why });
  }
  if (link.source_id !== id) return "";
  const title = builder.titleOf(link.sink_id);
  const source = after.outputs.find((pin) => pin.name === basePin(link.source_name));
  if (!source)
    return t("The output {pin} is gone, and with it its link to {node}.", { pin: basePin(link.source_name), node: title });
  const { fits, why } = fit(source, builder.pin("target", link.sink_id, link.sink_name));
  return fits ? "" : t("The link to {node} goes: {why}", { node: title, why });
}

/** @param {Pin[]} before @param {Pin[]} after @param {Record<string, any>} values @param {Set<string>} told @returns {string[]} */
function changedInputs(before, after, values, told) {
  const now = new Map(after.map((pin) => [pin.name, pin]));
  return before.flatMap((pin) => {
    if (pin.isPart || told.has(`in ${pin.name}`)) return [];
    const is = now.get(pin.name);
    if (!is)
      return Object.hasOwn(values, pin.name) ? [t("The input {pin} is gone, and with it its value.", { pin: pin.label })] : [];
    return is.kind === pin.kind ? [] : [t("The input {pin} takes {what} now.", { pin: pin.label, what: wordOf(is) })];
  });
}

/** @param {Pin[]} before @param {Pin[]} after @returns {string[]} */
function newInputs(before, after) {
  const known = new Set(before.map((pin) => pin.name));
  const added = after.filter((pin) => pin.required && !pin.isPart && !known.has(pin.name));
  return added.map((pin) => t("The input {pin} is new and needs a value.", { pin: pin.label }));
}

/** Does it, in one step of undo. @param {import("./builder.js").Builder} builder @param {Update} update */
export function applyUpdate({ doc }, { node, broken }) {
  const nodes = doc.now.nodes.map((one) => (one.id === node.id ? node : one));
  doc.edit({ nodes, links: doc.now.links.filter((link) => !broken.includes(link)) });
}
