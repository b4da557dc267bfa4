/** One field of a form, made from a JSON schema. Each knows how to read its value. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./messages.js";
import { readDataUri } from "./read_file.js";
import { toLocalText, toUtcText, valueKind, withoutNull } from "./value_kinds.js";
import { numberSentence } from "./value_problems.js";

/** @typedef {import("./types.js").Schema} Schema */

/** Says what is wrong with what was typed. */
export class FieldError extends Error {}

/**
 * @typedef {Object} Control
 * @property {HTMLElement} element
 * @property {HTMLElement} focus what the label belongs to
 * @property {() => any} read undefined where nothing was given; throws FieldError
 */

/** @param {Schema} schema @param {any} value what it starts with @param {string} id @returns {Control} */
export function makeControl(schema, value, id) {
  const plain = withoutNull(schema);
  const kind = valueKind(plain, value);
  if (kind === "choice" || kind === "model") return choice(plain.enum, value, id);
  if (kind === "choices") return choices(plain.items.enum, value, id);
  if (kind === "toggle") return toggle(value, id);
  if (kind === "number") return numberInput(plain, value, id);
  if (kind === "table") return jsonInput(value, id, tablePlaceholder(plain));
  if (kind === "list") return jsonInput(value, id, '["one", "two"]');
  if (kind === "dictionary" || kind === "object" || kind === "variants") return jsonInput(value, id, '{"key": "value"}');
  return kind === "json" ? jsonInput(value, id, "") : textControl(kind, value, id);
}

/** @param {import("./value_kinds.js").ValueKind} kind @param {any} value @param {string} id @returns {Control} */
function textControl(kind, value, id) {
  if (kind === "date" || kind === "time") return textInput(kind, value, id);
  if (kind === "date-time") return dateTimeInput(value, id);
  if (kind === "file") return fileInput(value, id);
  if (kind === "secret") return textInput("password", value, id);
  if (kind === "long-text" || kind === "any" || String(value ?? "").length > 80)
    return textArea(value, id, kind === "long-text" ? 4 : 2);
  return textInput("text", value, id);
}

/** @param {any} value @param {string} id @returns {Control} */
function dateTimeInput(value, id) {
  const control = textInput("datetime-local", toLocalText(value), id);
  return { ...control, read: () => toUtcText(control.read() ?? "") };
}

/** @param {string} type @param {any} value @param {string} id @returns {Control} */
function textInput(type, value, id) {
  const autocomplete = type === "password" ? "new-password" : "off";
  const input = h("input", { class: "input", id, type, autocomplete, step: type === "time" ? 1 : null, ".value": value ?? "" });
  return { element: input, focus: input, read: () => (input.value === "" ? undefined : input.value) };
}

/** @param {any} value @param {string} id @param {number} rows @returns {Control} */
function textArea(value, id, rows) {
  const area = h("textarea", { class: "input", id, rows, ".value": value ?? "" });
  return { element: area, focus: area, read: () => (area.value === "" ? undefined : area.value) };
}

/** @param {Schema} schema @param {any} value @param {string} id @returns {Control} */
function numberInput(schema, value, id) {
  const step = schema.type === "integer" ? 1 : "any";
  const props = {
    class: "input",
    id,
    type: "number",
    step,
    min: schema.minimum,
    max: schema.maximum,
    inputmode: "decimal",
    ".value": value ?? "",
  };
  const input = h("input", props);
  const read = () => {
    if (input.validity.badInput) throw new FieldError(t("This is not a number."));
    if (input.value === "") return undefined;
    if (!input.validity.valid) throw new FieldError(numberSentence(schema));
    return Number(input.value);
  };
  return { element: input, focus: input, read };
}

/** @param {any} value @param {string} id @returns {Control} */
function toggle(value, id) {
  const input = h("input", { type: "checkbox", role: "switch", id, ".checked": value === true });
  const word = h("span", null, input.checked ? t("On") : t("Off"));
  input.addEventListener("change", () => (word.textContent = input.checked ? t("On") : t("Off")));
  return { element: h("label", { class: "switch" }, input, word), focus: input, read: () => input.checked };
}

/** @param {any[]} options @param {any} value @param {string} id @returns {Control} */
function choice(options, value, id) {
  const start = options.findIndex((option) => option === value);
  const empty = h("option", { value: "" }, t("Choose one"));
  const items = options.map((option, i) => h("option", { value: i, selected: i === start }, String(option)));
  const select = h("select", { class: "input", id }, start < 0 ? empty : null, items);
  return { element: select, focus: select, read: () => (select.value === "" ? undefined : options[Number(select.value)]) };
}

/** @param {any[]} options @param {any} value @param {string} id @returns {Control} */
function choices(options, value, id) {
  const boxes = options.map((option) =>
    h("input", { type: "checkbox", ".checked": Array.isArray(value) && value.includes(option) }),
  );
  const labels = options.map((option, i) => h("label", null, boxes[i], " ", String(option)));
  const element = h("div", { class: "choices", role: "group", id, tabindex: -1 }, labels);
  return { element, focus: element, read: () => options.filter((_, i) => boxes[i].checked) };
}

/** @param {any} value @param {string} id @param {string} placeholder @returns {Control} */
function jsonInput(value, id, placeholder) {
  const text = value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
  const area = h("textarea", { class: "input code", id, rows: 4, spellcheck: "false", placeholder, ".value": text });
  const read = () => {
    if (area.value.trim() === "") return undefined;
    try {
      return JSON.parse(area.value);
    } catch (error) {
      throw new FieldError(t("This is not JSON: {reason}", { reason: error instanceof Error ? error.message : error }));
    }
  };
  return { element: area, focus: area, read };
}

/** @param {Schema} schema @returns {string} one row with the table's own columns */
function tablePlaceholder(schema) {
  const row = Object.fromEntries(Object.keys(schema.items?.properties ?? { column: 1 }).map((name) => [name, ""]));
  return JSON.stringify([row], null, 2);
}

/** An address, or a file whose bytes travel inside the value. @param {any} value @param {string} id @returns {Control} */
function fileInput(value, id) {
  const input = h("input", { class: "input", id, type: "text", placeholder: t("Address of a file"), ".value": value ?? "" });
  const picker = h("input", { type: "file", hidden: true });
  const button = h("button", { class: "button", type: "button", on: { click: () => picker.click() } }, icon("file"), t("Choose"));
  let problem = "";
  picker.addEventListener("change", async () => {
    const file = picker.files?.[0];
    if (!file) return;
    problem = "";
    try {
      input.value = await readDataUri(file);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
  });
  const read = () => {
    if (problem) throw new FieldError(problem);
    return input.value === "" ? undefined : input.value;
  };
  return { element: h("div", { class: "field-row" }, input, picker, button), focus: input, read };
}
