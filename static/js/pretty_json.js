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

/** @param {string} json broken off somewhere @returns {string} the same with a line for each item and entry */
export function indentStart(json) {
  /** @type {string[]} */
  const written = [];
  let depth = 0;
  for (let i = 0; i < json.length; i += 1) {
    const sign = json[i];
    if (sign === '"') {
      const start = i;
      for (i += 1; i < json.length && json[i] !== '"'; i += 1) if (json[i] === "\\") i += 1;
      written.push(json.slice(start, i + 1));
    } else if (sign === "[" || sign === "{") written.push(sign, "\n", "  ".repeat((depth += 1)));
    else if (sign === "]" || sign === "}") written.push("\n", "  ".repeat(Math.max(0, (depth -= 1))), sign);
    else if (sign === ",") written.push(",\n", "  ".repeat(depth));
    else written.push(sign === ":" ? ": " : sign);
  }
  return written.join("");
}
