/** The builder's keys: what is pressed, and the action that it starts. */

import { EarlyKeys, FIELDS, isFieldComing, keepForField } from "./early_keys.js";
import { linkByKeys } from "./parts.js";

/** What is pressed, as `keyOf` says it, and the action that it starts. @type {Record<string, string>} */
const KEYS = {
  "Ctrl z": "undo",
  "Ctrl Shift z": "redo",
  "Ctrl y": "redo",
  "Ctrl d": "duplicate",
  "Ctrl a": "select-all",
  "Ctrl f": "find",
  "Ctrl k": "palette",
  "Ctrl s": "save",
  "Ctrl Enter": "run",
  "Ctrl Shift Enter": "simulate",
  "Shift Enter": "run-from",
  "Alt Enter": "run-alone",
  p: "pin",
  x: "switch-off",
  "Ctrl .": "stop",
  a: "add",
  c: "link",
  Delete: "delete",
  Backspace: "delete",
  F2: "rename",
  Escape: "close",
  Enter: "open-form",
  "Shift l": "tidy",
  "Shift 1": "fit",
  "Shift 2": "fit-selected",
  1: "zoom-100",
  j: "next-problem",
  k: "previous-problem",
  "?": "keys",
  "Shift ?": "keys",
};
for (const side of ["Left", "Right", "Up", "Down"]) {
  KEYS[`Arrow${side}`] = `select-${side.toLowerCase()}`;
  KEYS[`Ctrl Arrow${side}`] = `move-${side.toLowerCase()}`;
  KEYS[`Ctrl Shift Arrow${side}`] = `move-far-${side.toLowerCase()}`;
}

/** @param {any} builder @param {AbortSignal} signal */
export function listenToKeys(builder, signal) {
  const early = new EarlyKeys(builder, (event) => take(builder, event));
  const press = (/** @type {KeyboardEvent} */ event) => {
    // A dialog has its own keys, as has whatever has taken the event already.
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (early.isWaiting && isOurs(event) ? early.hold(event) : take(builder, event)) event.preventDefault();
  };
  document.addEventListener("keydown", press, { signal });
}

/** @param {any} builder @param {KeyboardEvent} event @returns {boolean} whether it was for the builder */
function take(builder, event) {
  if (isFieldComing(builder) && keepForField(builder, event)) return true;
  if (builder.state.linking && linkByKeys.now?.pressWhileLinking(builder, event)) return true;
  const id = KEYS[keyOf(event)];
  if (!id || isForTarget(event, id, targetOf(event))) return false;
  builder.actions.run(id);
  return true;
}

/** @param {KeyboardEvent} event @returns {boolean} whether it means something here, or may do so after the keys before it */
function isOurs(event) {
  const id = KEYS[keyOf(event)];
  if (id) return !isForTarget(event, id, targetOf(event));
  return event.key.length === 1 && !event.ctrlKey && !event.metaKey && !targetOf(event).matches(FIELDS);
}

/** @param {KeyboardEvent} event @returns {Element} */
function targetOf({ target }) {
  return target instanceof HTMLElement || target instanceof SVGElement ? target : document.body;
}

/** @param {KeyboardEvent} event @param {string} id @param {Element} target @returns {boolean} whether it means something else there */
function isForTarget(event, id, target) {
  const inField = target.matches(FIELDS);
  const plain = !event.ctrlKey && !event.metaKey && event.key !== "F2" && event.key !== "Escape";
  if (event.key.startsWith("Arrow")) return target !== document.body && !target.closest(".build-canvas");
  if (plain && event.key.length === 1 && localStorage.getItem("letter-keys") === "off") return true;
  // In a field the browser's own undo and selection are what is meant.
  if (inField && (plain || ["undo", "redo", "select-all", "duplicate"].includes(id))) return true;
  return event.key === "Enter" && plain && target.matches("button, a, summary, [role=option]");
}

/** @param {KeyboardEvent} event @returns {string} */
function keyOf(event) {
  // Digits by their place: with Shift each layout has other signs there.
  const key = /^Digit\d$/.test(event.code) ? event.code.slice(5) : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return `${event.ctrlKey || event.metaKey ? "Ctrl " : ""}${event.altKey ? "Alt " : ""}${event.shiftKey ? "Shift " : ""}${key}`;
}
