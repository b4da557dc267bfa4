/** The pins of a node, what their values are, and which of them may be linked. Pure: no elements, no state. */

import { pinKind } from "../names.js";
import { t } from "../messages.js";

/** @typedef {import("../types.js").GraphNode} GraphNode */
/** @typedef {import("../types.js").Block} Block */
/** @typedef {import("../types.js").Schema} Schema */

/**
 * @typedef {Object} Pin
 * @property {string} name as links call it, with what follows _#_ or _$_
 * @property {string} label as people read it
 * @property {string} kind text, number, toggle, list, dict, any or key
 * @property {Schema} schema
 * @property {boolean} required
 * @property {boolean} isPart whether it is one key or item of another pin's value
 */

/** @typedef {{inputs: Pin[], outputs: Pin[]}} Pins */

const DELIMITER = /_[$#@]_/;
/** A longer list is linked as a whole. */
const MOST_ITEMS = 24;
const KIND_WORDS = {
  text: t("text"),
  number: t("a number"),
  toggle: t("true or false"),
  list: t("a list"),
  dict: t("a dictionary"),
};

/** @param {Schema} schema @returns {string} */
export function kindOf(schema) {
  return schema?.credentials_provider ? "key" : pinKind(schema);
}

/** @param {string} name a pin in a link @returns {string} the declared pin that it belongs to */
export function basePin(name) {
  return name.split(DELIMITER)[0];
}

/** @param {string} name @returns {string} */
export function pinLabel(name) {
  return name.split(DELIMITER).join(".");
}

/** @param {GraphNode} node @param {Block|undefined} block @returns {Record<string, any>} the values that stand on the node */
export function valuesOf(node, block) {
  const values = block?.uiType === "Agent" ? node.input_default?.inputs : node.input_default;
  return values && typeof values === "object" ? values : {};
}

/** @param {GraphNode} node @param {Block|undefined} block @returns {Pins} without those of links that name unknown pins */
export function pinsOf(node, block) {
  if (!block) return { inputs: [], outputs: [] };
  const isAgent = block.uiType === "Agent";
  const inputs = isAgent ? node.input_default?.input_schema : block.inputSchema;
  const outputs = isAgent ? node.input_default?.output_schema : block.outputSchema;
  const values = valuesOf(node, block);
  return { inputs: readPins(inputs).flatMap((pin) => [pin, ...partsOf(pin, values[pin.name])]), outputs: readPins(outputs) };
}

/** @param {any} schema @returns {Pin[]} */
function readPins(schema) {
  const properties = schema?.properties;
  if (!properties || typeof properties !== "object") return [];
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  return Object.entries(properties).map(([name, property]) => makePin(name, property ?? {}, required.has(name)));
}

/** @param {string} name @param {Schema} [schema] @param {boolean} [required] @returns {Pin} */
export function makePin(name, schema = {}, required = false) {
  return { name, label: pinLabel(name), kind: kindOf(schema), schema, required, isPart: DELIMITER.test(name) };
}

/**
 * The keys of a dictionary and the items of a list can be linked one by one.
 * @param {Pin} pin
 * @param {any} value
 * @returns {Pin[]}
 */
function partsOf(pin, value) {
  if (pin.schema.properties || !value || typeof value !== "object") return [];
  if (pin.kind === "list" && Array.isArray(value))
    return value.slice(0, MOST_ITEMS).map((_, i) => makePin(`${pin.name}_$_${i}`, pin.schema.items));
  if (pin.kind !== "dict" || Array.isArray(value)) return [];
  const keys = Object.keys(value).filter((key) => key && !DELIMITER.test(key));
  const { additionalProperties: schema } = pin.schema;
  return keys.map((key) => makePin(`${pin.name}_#_${key}`, typeof schema === "object" ? schema : {}));
}

/**
 * @param {Pin} pin @param {Record<string, any>} values @param {Set<string>} linked names of linked pins
 * @returns {string[]} the inputs that it depends on and that have no value
 */
export function missingNeeds(pin, values, linked) {
  const needs = Array.isArray(pin.schema.depends_on) ? pin.schema.depends_on : [];
  return needs.filter((name) => (values[name] ?? null) === null && !linked.has(name));
}

/**
 * @param {Pins} pins
 * @param {"inputs"|"outputs"} side
 * @param {string} name
 * @returns {Pin} one of a link may be declared nowhere
 */
export function findPin(pins, side, name) {
  const found = pins[side].find((pin) => pin.name === name);
  if (found) return found;
  const base = pins[side].find((pin) => pin.name === basePin(name));
  return base ? makePin(name) : makePin(name);
}

/**
 * Whether a value that comes out of `source` can go into `sink`.
 * @param {Pin} source @param {Pin} sink
 * @returns {{fits: boolean, why: string, converts: boolean}}
 */
export function fit(source, sink) {
  if (sink.kind === "key")
    return refuse(t("{pin} takes a key, not {what}. Choose the key in the form.", { pin: sink.label, what: wordOf(source) }));
  if (source.kind === "any" || sink.kind === "any" || source.kind === sink.kind) return { fits: true, why: "", converts: false };
  const isContainer = source.kind === "list" || source.kind === "dict";
  if (isContainer && (sink.kind === "number" || sink.kind === "toggle"))
    return refuse(`${sink.label} takes ${wordOf(sink)}, not ${wordOf(source)}.`);
  const needsText = sink.kind === "dict" && source.kind !== "text";
  if (needsText) return refuse(t("{pin} takes a dictionary, not {what}.", { pin: sink.label, what: wordOf(source) }));
  return { fits: true, why: "", converts: true };
}

/** @param {string} why */
function refuse(why) {
  return { fits: false, why, converts: false };
}

/** @param {Pin} pin @returns {string} */
export function wordOf(pin) {
  return /** @type {Record<string, string>} */ (KIND_WORDS)[pin.kind] ?? (pin.kind === "key" ? t("a key") : t("anything"));
}

/** @type {Record<string, string>} */
const SHORT_WORDS = { text: t("text"), number: t("number"), toggle: t("yes or no"), list: t("list"), dict: t("dictionary") };

/** @param {string} kind @returns {string} without an article, for a capsule */
export function kindWord(kind) {
  return SHORT_WORDS[kind] ?? t("anything");
}

/** @param {Block|undefined} block @returns {boolean} whether links may end at the node: an input's value comes from outside */
export function takesLinks(block) {
  return block?.uiType !== "Input" && block?.uiType !== "Note";
}

/** @param {import("./builder.js").Dragged} dragged @param {Pin} pin of the other side @returns {boolean} */
export function isFitting(dragged, pin) {
  return (dragged.isSource ? fit(dragged.pin, pin) : fit(pin, dragged.pin)).fits;
}
