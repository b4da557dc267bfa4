/** How much a value is to draw: what is too much for editors of its parts is edited as one text. Pure. */

const MOST_PARTS = 500;
const MOST_DEPTH = 6;
const MOST_CHARS = 100_000;

/** @param {any} value @returns {boolean} whether its editors would be too many, too deep or too long; looks at no more than it has to */
export function isTooLarge(value) {
  if (typeof value === "string") return value.length > MOST_CHARS && !value.startsWith("data:");
  let parts = 0;
  const walk = (/** @type {any} */ one, /** @type {number} */ depth) => {
    if (typeof one !== "object" || one === null) return typeof one === "string" && one.length > MOST_CHARS;
    if (depth > MOST_DEPTH) return true;
    for (const key in one) if ((parts += 1) > MOST_PARTS || walk(one[key], depth + 1)) return true;
    return false;
  };
  return walk(value, 0);
}

/** @param {any} value @returns {number} characters of its text, as JSON where it is none; Infinity where it is nested too deep for that */
export function lengthOf(value) {
  try {
    return typeof value === "string" ? value.length : JSON.stringify(value).length;
  } catch {
    return Infinity;
  }
}
