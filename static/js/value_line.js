/** A value as words, for lists and messages. */

import { CutValue } from "./cut_value.js";
import { cut } from "./format.js";

/** @param {any} value @returns {string} a text as it is, the beginning of a long value, everything else as JSON in one line */
export function valueWords(value) {
  if (value instanceof CutValue) return value.toJSON();
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** @param {any} value @param {number} [most] characters @returns {string} in one line */
export function valueLine(value, most = 400) {
  return cut(
    valueWords(value)
      .slice(0, 2 * most)
      .replace(/\s+/g, " "),
    most,
  );
}
