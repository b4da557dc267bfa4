/** One field of a form, made from a JSON schema. Each knows how to read its value. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { pinKind } from "./names.js";
import { t } from "./messages.js";

/** @typedef {import("./types.js").Schema} Schema */

/** Says what is wrong with what was typed. */
export class FieldError extends Error {}

/**
 * @typedef {Object} Control
 * @property {HTMLElement} element
 * @property {HTMLElement} focus what the label belongs to
 * @property {() => any} read undefined where nothing was given; throws FieldError
 */

/** The schema without the "or null" that optional fields carry. @param {Schema} schema @returns {Schema} */
export function withoutNull(schema) {
  const options = (schema.anyOf ?? schema.oneOf ?? []).filter((/** @type {Schema} */ s) => s.type !== "null");
  return options.length === 1 ? { ...options[0], ...schema, anyOf: undefined, oneOf: undefined } : schema;
}

/** @param {Schema} schema @param {any} value what it starts with @param {string} id @returns {Control} */
export function makeControl(schema, value, id) {
  const plain = withoutNull(schema);
  if (plain.enum) return choice(plain.enum, value, id);
  if (plain.type === "boolean") return toggle(value, id);
  if (plain.type === "integer" || plain.type === "number") return numberInput(plain, value, id);
  if (plain.format === "table") return jsonInput(value, id, tablePlaceholder(plain));
  if (plain.type === "array" || plain.type === "object")
    return jsonInput(value, id, plain.type === "array" ? '["one", "two"]' : '{"key": "value"}');
  return textControl(plain, value, id);
}

/** @param {Schema} schema @param {any} value @param {string} id @returns {Control} */
function textControl(schema, value, id) {
  if (schema.format === "date" || schema.format === "time") return textInput(schema.format, value, id);
  if (schema.format === "date-time") return textInput("datetime-local", value, id);
  if (schema.format === "file") return fileInput(value, id);
  if (schema.secret) return textInput("password", value, id);
  const isAny = pinKind(schema) === "any";
  // A default that is no text (a list, a number) has to come back as what it was.
  if (isAny && value !== undefined && value !== null && typeof value !== "string") return jsonInput(value, id, "");
  if (schema.format === "long-text" || isAny || String(value ?? "").length > 80)
    return textArea(value, id, schema.format === "long-text" ? 4 : 2);
  return textInput("text", value, id);
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
    if (!input.validity.valid) throw new FieldError(numberProblem(schema));
    return Number(input.value);
  };
  return { element: input, focus: input, read };
}

/** @param {Schema} schema @returns {string} */
function numberProblem({ type, minimum, maximum }) {
  const kind = type === "integer" ? t("a whole number") : t("a number");
  if (minimum !== undefined && maximum !== undefined)
    return t("This has to be {kind} from {minimum} to {maximum}.", { kind, minimum, maximum });
  if (minimum !== undefined) return t("This has to be {kind}, at least {minimum}.", { kind, minimum });
  return maximum === undefined
    ? t("This has to be {kind}.", { kind })
    : t("This has to be {kind}, at most {maximum}.", { kind, maximum });
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

const MAX_FILE_BYTES = 10_000_000;

/** An address, or a file whose bytes travel inside the value. @param {any} value @param {string} id @returns {Control} */
function fileInput(value, id) {
  const input = h("input", { class: "input", id, type: "text", placeholder: t("Address of a file"), ".value": value ?? "" });
  const picker = h("input", { type: "file", hidden: true });
  const button = h("button", { class: "button", type: "button", on: { click: () => picker.click() } }, icon("file"), t("Choose"));
  let problem = "";
  picker.addEventListener("change", async () => {
    const file = picker.files?.[0];
    problem = file && file.size > MAX_FILE_BYTES ? t("The file is larger than 10 MB.") : "";
    if (file && !problem) input.value = await readDataUri(file);
  });
  const read = () => {
    if (problem) throw new FieldError(problem);
    return input.value === "" ? undefined : input.value;
  };
  return { element: h("div", { class: "field-row" }, input, picker, button), focus: input, read };
}

/** @param {File} file @returns {Promise<string>} */
function readDataUri(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result)));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
