/** Names that people read: of blocks, nodes and pins. */

import { t } from "./messages.js";

/** @typedef {import("./types.js").Block} Block */
/** @typedef {import("./types.js").GraphNode} GraphNode */

/** @param {string} name for instance "AITextGeneratorBlock" @returns {string} "AI Text Generator" */
export function blockTitle(name) {
  return name
    .replace(/Block$/, "")
    .replace(/_/g, " ")
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .trim();
}

/**
 * A node's own name, else the name of its input or output, else the name of its block.
 * @param {GraphNode|undefined} node @param {Block|undefined} block @returns {string}
 */
export function nodeTitle(node, block) {
  const own = node?.metadata?.customized_name;
  if (typeof own === "string" && own.trim()) return own.trim();
  const label = node?.input_default?.agent_name ?? (isInterface(block) ? node?.input_default?.name : null);
  if (typeof label === "string" && label.trim()) return label.trim();
  return block ? blockTitle(block.name) : t("Unknown block");
}

/** @param {Block|undefined} block @returns {string} */
export function blockLine(block) {
  return block ? blockTitle(block.name) : t("a block that this server does not have");
}

/** @param {Block|undefined} block @returns {boolean} */
export function isInterface(block) {
  return block?.uiType === "Input" || block?.uiType === "Output";
}

/** @param {Block|undefined} block @returns {boolean} */
export function isNote(block) {
  return block?.uiType === "Note";
}

/** @param {GraphNode|undefined} node @returns {boolean} whether runs leave it out */
export function isOff(node) {
  return node?.metadata?.disabled === true;
}

/** Which of the pin classes (text, number, toggle, list, dict, any) fits a schema.
 * @param {Record<string, any>|undefined} schema @returns {string} */
export function pinKind(schema) {
  const type = Array.isArray(schema?.type) ? schema.type.find((t) => t !== "null") : schema?.type;
  if (type === "string") return "text";
  if (type === "integer" || type === "number") return "number";
  if (type === "boolean") return "toggle";
  if (type === "array") return "list";
  if (type === "object") return "dict";
  const options = (schema?.anyOf ?? schema?.oneOf ?? []).filter((/** @type {any} */ s) => s.type !== "null");
  if (schema?.enum) return "text";
  return options.length === 1 ? pinKind(options[0]) : "any";
}

/**
 * What the nodes of a graph are called, notes left out.
 * @param {GraphNode[]} nodes @param {Map<string, Block>} catalog
 * @returns {Map<string, {title: string, line: string}>} by node id; `line` names the block where the title does not
 */
export function nameNodes(nodes, catalog) {
  const shown = nodes.filter((node) => !isNote(catalog.get(node.block_id)));
  return new Map(shown.map((node) => [node.id, nameNode(node, catalog.get(node.block_id))]));
}

/** @param {GraphNode} node @param {Block|undefined} block */
function nameNode(node, block) {
  const title = nodeTitle(node, block);
  return { title, line: title === blockLine(block) ? "" : blockLine(block) };
}
