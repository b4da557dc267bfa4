/** The values of a node's inputs, as its form shows and changes them. */

import { isInterface } from "../names.js";
import { valuesOf } from "./pins.js";

/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {import("../types.js").Block} Block */

/**
 * @param {GraphNode} node @param {Block|undefined} block @param {string} name @param {any} value undefined removes it
 * @returns {Record<string, any>} the node's new input_default
 */
export function withValue(node, block, name, value) {
  const values = Object.fromEntries(Object.entries(valuesOf(node, block)).filter(([key]) => key !== name));
  if (value !== undefined) Object.defineProperty(values, name, { value, enumerable: true, writable: true, configurable: true });
  return block?.uiType === "Agent" ? { ...node.input_default, inputs: values } : values;
}

/**
 * Pins that the form leaves out: the title shows them, or the builder fills them in.
 * @param {Block|undefined} block
 * @param {import("./pins.js").Pin} pin
 */
export function isShownInForm(block, pin) {
  return !pin.isPart && !pin.schema.hidden && !(isInterface(block) && pin.name === "placeholder_values");
}
