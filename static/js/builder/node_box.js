/**
 * Where everything on a node stands, in pixels. The canvas draws a thousand nodes quickly because it never has to measure one:
 * what this computes and what build.css draws have to agree.
 */

import { findPin, pinsOf, takesLinks, valuesOf } from "./pins.js";

/** @typedef {import("./pins.js").Pin} Pin */
/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {import("../types.js").Block} Block */

/** @typedef {{input: Pin|null, output: Pin|null, text: string|null}} Row `text` is the value that stands on the node */
/**
 * @typedef {Object} Box
 * @property {Row[]} rows
 * @property {number} hidden how many pins do not show
 * @property {number} width
 * @property {number} height
 * @property {any[]} handles as React Flow wants them
 */

export const WIDTH = 175;
export const MOST_WIDTH = 320;
const HEAD = 44;
const ROW = 20;
const FOOT = 7;
const PIN = 10;
const MOST_OUTPUTS = 6;
const NOTE = { width: 240, height: 150 };

/**
 * @param {GraphNode} node @param {Block|undefined} block @param {Set<string>} linkedIn @param {Set<string>} linkedOut names of
 * linked pins @param {boolean} isOpen whether all pins show
 * @returns {Box}
 */
export function boxOf(node, block, linkedIn, linkedOut, isOpen) {
  const pins = pinsOf(node, block);
  const values = valuesOf(node, block);
  const ins = withLinked(takesLinks(block) ? pins.inputs : [], linkedIn, (name) => findPin(pins, "inputs", name));
  const outs = withLinked(pins.outputs, linkedOut, (name) => findPin(pins, "outputs", name));
  const isSet = (/** @type {Pin} */ pin) => Object.hasOwn(values, pin.name) && values[pin.name] !== null;
  const shownIn = ins.filter(
    (pin) => linkedIn.has(pin.name) || (!pin.schema.hidden && (isOpen || showsInput(pin, block, isSet))),
  );
  const plain = outs.filter((pin) => pin.name !== "error").slice(0, MOST_OUTPUTS);
  const shownOut = outs.filter((pin) => linkedOut.has(pin.name) || isOpen || plain.includes(pin));
  const textOf = (/** @type {Pin} */ pin) => (!linkedIn.has(pin.name) && isSet(pin) ? shortText(values[pin.name], pin) : null);
  const rows = pairUp(shownIn, shownOut, textOf);
  if (!takesLinks(block) && rows[0] && isSet(VALUE)) rows[0].text = shortText(values.value, VALUE);
  const height = HEAD + Math.max(rows.length, 0) * ROW + (rows.length ? FOOT : 0);
  const hidden = ins.filter((pin) => !pin.schema.hidden).length + outs.length - shownIn.length - shownOut.length;
  const width = inside(node.metadata?.size?.width, WIDTH, MOST_WIDTH, WIDTH);
  return { rows, hidden: Math.max(0, hidden), width, height, handles: rows.flatMap((row, i) => handlesOf(row, i, width)) };
}

/** @type {Pin} */
const VALUE = { name: "value", label: "value", kind: "any", schema: {}, required: false, isPart: false };

/** @param {GraphNode} node @returns {Box} of a sticky note */
export function noteBox(node) {
  const { width, height } = node.metadata?.size ?? {};
  const size = { width: inside(width, 120, 1200, NOTE.width), height: inside(height, 60, 1200, NOTE.height) };
  return { rows: [], hidden: 0, ...size, handles: [] };
}

/** @param {any} value @param {number} least @param {number} most @param {number} otherwise @returns {number} */
function inside(value, least, most, otherwise) {
  return typeof value === "number" && Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : otherwise;
}

/** @param {Pin[]} pins @param {Set<string>} linked @param {(name: string) => Pin} find @returns {Pin[]} */
function withLinked(pins, linked, find) {
  const known = new Set(pins.map((pin) => pin.name));
  return [...pins, ...[...linked].filter((name) => !known.has(name)).map(find)];
}

/** @param {Pin} pin @param {Block|undefined} block @param {(pin: Pin) => boolean} isSet @returns {boolean} */
function showsInput(pin, block, isSet) {
  if (block?.uiType === "Output") return pin.name === "value";
  // Each key of a dictionary is a value of its own; the items of a list show when the node is opened.
  const isKey = pin.isPart && pin.name.includes("_#_");
  return pin.kind !== "key" && (pin.required || isKey || isSet(pin));
}

/** Inputs with values of their own stand below the others, where no output needs the room.
 * @param {Pin[]} ins @param {Pin[]} outs @param {(pin: Pin) => string|null} textOf @returns {Row[]} */
function pairUp(ins, outs, textOf) {
  const texts = new Map(ins.map((pin) => [pin, textOf(pin)]));
  const order = [...ins.filter((pin) => texts.get(pin) === null), ...ins.filter((pin) => texts.get(pin) !== null)];
  return Array.from({ length: Math.max(order.length, outs.length) }, (_, i) => ({
    input: order[i] ?? null,
    output: outs[i] ?? null,
    text: order[i] ? (texts.get(order[i]) ?? null) : null,
  }));
}

/** @param {Row} row @param {number} i @param {number} width */
function handlesOf(row, i, width) {
  const y = HEAD + i * ROW + (ROW - PIN) / 2;
  const place = (/** @type {string} */ id, /** @type {string} */ type) => {
    const isInput = type === "target";
    return { id, type, position: isInput ? "left" : "right", x: (isInput ? 0 : width) - PIN / 2, y, width: PIN, height: PIN };
  };
  return [row.input && place(row.input.name, "target"), row.output && place(row.output.name, "source")].filter(Boolean);
}

/** @param {any} value @param {Pin} pin @returns {string} one short line */
function shortText(value, pin) {
  if (pin.schema.secret) return "••••";
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.slice(0, 60).replace(/\s+/g, " ");
}
