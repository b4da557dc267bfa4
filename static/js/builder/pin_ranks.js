/** Which pin of a node a link takes that is let go somewhere on it. */

import { fit } from "./pins.js";

/** @typedef {import("./pins.js").Pin} Pin */
/** @typedef {import("./pins.js").Pins} Pins */

/**
 * The pin of a block that suits a dragged pin best.
 * @param {Pin} dragged
 * @param {boolean} isSource
 * @param {Pins} pins
 * @returns {Pin|null}
 */
export function bestPin(dragged, isSource, pins) {
  return rankPins(dragged, isSource, pins)[0]?.pin ?? null;
}

/**
 * The fitting pins of a node, the best first; one that is linked already stands behind its equals.
 * @param {Pin} dragged @param {boolean} isSource @param {Pins} pins @param {Set<string>} [linked] @returns {{pin: Pin, rank: number}[]}
 */
export function rankPins(dragged, isSource, pins, linked = new Set()) {
  const all = isSource ? pins.inputs : pins.outputs.filter((pin) => pin.name !== "error");
  return all
    .filter((pin) => !pin.schema.hidden && (isSource ? fit(dragged, pin) : fit(pin, dragged)).fits)
    .map((pin) => ({ pin, rank: rankOf(dragged, pin) - (isSource && linked.has(pin.name) ? 1 : 0) }))
    .sort((a, b) => b.rank - a.rank);
}

/** @param {Pin} dragged @param {Pin} pin @returns {number} */
function rankOf(dragged, pin) {
  const byType = pin.kind === dragged.kind ? 6 : pin.kind === "any" ? 5 : 0;
  // An output's value, not its name, though that is required and a text.
  return byType + (pin.name === "value" ? 4 : 0) + (pin.required ? 2 : 0) - (pin.schema.advanced ? 6 : 0);
}
