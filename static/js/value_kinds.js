/** Which editor a value gets, by its JSON schema: the one rule for the forms of nodes and of runs. Pure. */

import { optionsOf, withoutNull } from "./schema_options.js";

/** @typedef {import("./types.js").Schema} Schema */
/**
 * @typedef {"choice"|"choices"|"model"|"toggle"|"number"|"list"|"table"|"dictionary"|"object"|"variants"|"date"|"time"
 *   |"date-time"|"file"|"secret"|"json"|"long-text"|"text"|"any"} ValueKind
 */

const SCALARS = new Set(["string", "integer", "number", "boolean"]);

/** @type {Record<string, ValueKind>} */
const BY_FORMAT = {
  date: "date",
  time: "time",
  "date-time": "date-time",
  file: "file",
  password: "secret",
  "long-text": "long-text",
};

/**
 * A value that the schema's own editor could not show, as a template where a number belongs, stands as text or JSON: no editor
 * may hide what is there.
 * @param {Schema} schema without "or null" @param {any} value @returns {ValueKind}
 */
export function valueKind(schema, value) {
  const kind = kindOfSchema(schema);
  if (value === undefined || value === null || canShow(kind, value)) return kind;
  return typeof value === "string" ? "text" : "json";
}

/** @param {Schema} schema @returns {ValueKind} */
function kindOfSchema(schema) {
  if (schema.enum) return schema.llm_model ? "model" : "choice";
  if (schema.type === "boolean") return "toggle";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "array") return kindOfList(schema);
  if (schema.type === "object") return Object.keys(schema.properties ?? {}).length ? "object" : "dictionary";
  if (isVariants(schema)) return "variants";
  if (schema.secret) return "secret";
  if (schema.format && BY_FORMAT[schema.format]) return BY_FORMAT[schema.format];
  if (schema.type === "string") return "text";
  return takesText(schema) ? "any" : "json";
}

/** @param {Schema} schema @returns {ValueKind} */
function kindOfList({ items, format }) {
  if (items?.enum) return "choices";
  return format === "table" || items?.type === "object" ? "table" : "list";
}

/** @param {Schema} schema */
function isVariants(schema) {
  const name = schema.discriminator?.propertyName;
  return Boolean(name) && optionsOf(schema).every((one) => one.properties?.[name]?.const !== undefined);
}

/** @param {Schema} schema */
function takesText(schema) {
  const options = optionsOf(schema);
  return options.length === 0 || options.some((one) => one.type === "string" || one.type === undefined);
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d\d:\d\d(:\d\d)?$/;
const isRecord = (/** @type {any} */ value) => typeof value === "object" && !Array.isArray(value);
const isText = (/** @type {any} */ value) => typeof value === "string";

/** @type {Partial<Record<ValueKind, (value: any) => boolean>>} */
const SHOWS = {
  choices: Array.isArray,
  date: (value) => isText(value) && DATE.test(value),
  "date-time": (value) => isText(value) && !Number.isNaN(Date.parse(value)),
  dictionary: isRecord,
  file: isText,
  list: Array.isArray,
  "long-text": isText,
  number: (value) => typeof value === "number",
  object: isRecord,
  secret: isText,
  table: (value) => Array.isArray(value) && value.every((row) => row !== null && isRecord(row)),
  text: isText,
  time: (value) => isText(value) && TIME.test(value),
  toggle: (value) => typeof value === "boolean",
  variants: isRecord,
  any: isText,
};

/** @param {Schema} schema @returns {boolean} whether it says nothing about the value, as that of an agent's plain input */
export function takesAnything(schema) {
  return !schema.type && !schema.enum && !schema.format && !schema.secret && optionsOf(schema).length === 0;
}

/**
 * What a value looks like it has to be, so that it is edited with the editor of its type. Texts may be anything.
 * @param {any} value @returns {Schema}
 */
export function schemaLike(value) {
  if (typeof value === "number" || typeof value === "boolean") return { type: typeof value };
  if (Array.isArray(value)) return { type: "array", ...(value.length ? { items: rowSchema(value) } : {}) };
  if (value === null || typeof value !== "object") return {};
  return { type: "object", additionalProperties: commonSchema(Object.values(value)) };
}

/** @param {any[]} items of a list @returns {Schema} of rows: with the columns of the first one, each of its type */
function rowSchema(items) {
  const common = commonSchema(items);
  if (common.type !== "object") return common;
  const columns = Object.keys(items[0]).map((name) => [
    name,
    commonSchema(items.map((row) => (Object.hasOwn(row, name) ? row[name] : ""))),
  ]);
  return { ...common, properties: Object.fromEntries(columns) };
}

/** @param {any[]} values @returns {Schema} */
function commonSchema(values) {
  const [first] = values;
  if (values.length && values.every((one) => one !== null && isRecord(one))) return { type: "object" };
  return values.every((one) => typeof one === typeof first && !Array.isArray(one)) ? schemaLike(first) : {};
}

/** @param {ValueKind} kind @param {any} value @returns {boolean} */
function canShow(kind, value) {
  return SHOWS[kind]?.(value) ?? true;
}

/**
 * What stands for a list, dictionary or table of which everything was taken away: nothing, as long as that does not bring a
 * default back.
 * @param {Schema} schema @returns {any}
 */
export function emptied({ default: given }) {
  const hasDefault = typeof given === "object" && given !== null && Object.keys(given).length > 0;
  return hasDefault ? (Array.isArray(given) ? [] : {}) : undefined;
}

/** @param {Schema} [schema] @returns {any} what a new item, cell or entry begins with */
export function emptyValue(schema = {}) {
  const plain = withoutNull(schema);
  if (plain.default !== undefined) return plain.default;
  if (plain.enum) return plain.enum[0];
  if (plain.type === "array") return [];
  if (plain.type === "object") return {};
  if (plain.type === "boolean") return false;
  return SCALARS.has(plain.type) && plain.type !== "string" ? 0 : "";
}

/** @param {Schema} schema of a table @param {any[]} rows @returns {string[]} the schema's columns, then what else the rows have */
export function columnsOf(schema, rows) {
  return [...new Set([...Object.keys(schema.items?.properties ?? {}), ...rows.flatMap((row) => Object.keys(row))])];
}

/** @param {any} value an ISO time @returns {string} as the browser's field for date and time takes it, in the zone of this computer */
export function toLocalText(value) {
  const at = new Date(value);
  if (!value || Number.isNaN(at.getTime())) return "";
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const date = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** @param {string} local @returns {string|undefined} the same time in UTC */
export function toUtcText(local) {
  const at = new Date(local);
  return local && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined;
}
