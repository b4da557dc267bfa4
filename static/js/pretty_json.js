/** JSON for people: what fits stays on one line, lists of short values fill their lines. */

const LINE_CHARS = 76;

/** Beyond this nobody reads it, and the browser's own indentation is ten times faster. */
const LARGE_CHARS = 200_000;

/** @param {any} value @returns {string} */
export function prettyJson(value) {
  const plain = JSON.stringify(value) ?? "";
  return plain.length > LARGE_CHARS ? JSON.stringify(value, null, 2) : write(value, "");
}

/** @param {any} value @param {string} indent @returns {string} */
function write(value, indent) {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item) => write(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${write(item, inner)}`);
  const [open, close] = isList ? "[]" : "{}";
  if (!parts.length) return open + close;
  const flat = `${open}${isList ? "" : " "}${parts.join(", ")}${isList ? "" : " "}${close}`;
  if (indent.length + flat.length <= LINE_CHARS && !flat.includes("\n")) return flat;
  const isShort =
    isList && value.every((item) => item === null || typeof item !== "object") && parts.every((part) => part.length < 24);
  const lines = isShort ? fillLines(parts, inner.length) : parts;
  return `${open}\n${inner}${lines.join(`,\n${inner}`)}\n${indent}${close}`;
}

/** @param {string[]} parts @param {number} indent @returns {string[]} */
function fillLines(parts, indent) {
  /** @type {string[]} */
  const lines = [];
  for (const part of parts) {
    const last = lines.length - 1;
    if (last >= 0 && indent + lines[last].length + part.length + 3 <= LINE_CHARS) lines[last] += `, ${part}`;
    else lines.push(part);
  }
  return lines;
}

/** What a value weighs as JSON, roughly and no further than `most`. @param {any} value @param {number} most @returns {number} characters */
export function jsonSize(value, most) {
  let size = 0;
  const waiting = [value];
  while (waiting.length && size < most) {
    const one = waiting.pop();
    size += typeof one === "string" ? one.length + 2 : 8;
    if (one === null || typeof one !== "object") continue;
    // A list of a million numbers is not put on the pile.
    if (Array.isArray(one) && one.length * 2 > most) return most;
    const keys = Array.isArray(one) ? [] : Object.keys(one);
    size += keys.reduce((sum, key) => sum + key.length + 4, 0);
    for (const item of Array.isArray(one) ? one : keys.map((key) => one[key])) waiting.push(item);
  }
  return size;
}

/**
 * The beginning of a value as JSON, for values that are too large to be written as a whole: that would hold up the page.
 * @param {any} value @param {number} chars @returns {string}
 */
export function jsonStart(value, chars) {
  /** @type {string[]} */
  const written = [];
  let left = chars;
  const put = (/** @type {string} */ text) => {
    written.push(text.length > left ? text.slice(0, left) : text);
    left -= text.length;
  };
  /** @param {any} one @param {string} indent */
  const writeSome = (one, indent) => {
    if (left <= 0) return;
    if (one === null || typeof one !== "object") return put(JSON.stringify(typeof one === "string" ? one.slice(0, left) : one));
    const isList = Array.isArray(one);
    put(isList ? "[" : "{");
    const names = isList ? one.keys() : Object.keys(one);
    for (const name of names) {
      if (left <= 0) return;
      put(`\n${indent}  ${isList ? "" : `${JSON.stringify(name)}: `}`);
      writeSome(/** @type {any} */ (one)[name], `${indent}  `);
      put(",");
    }
    put(isList ? `\n${indent}]` : `\n${indent}}`);
  };
  writeSome(value, "");
  return written.join("");
}
