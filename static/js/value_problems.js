/** What is wrong with a value, by its JSON schema, in a sentence; the server has the last word. Pure. */

import { t } from "./messages.js";
import { withoutNull } from "./schema_options.js";

/** @typedef {import("./types.js").Schema} Schema */

/** @param {Schema} given @param {any} value @returns {string} "" where nothing is wrong, or nothing given */
export function valueProblem(given, value) {
  const schema = withoutNull(given);
  if (value === undefined || value === null) return "";
  if (schema.type === "integer" || schema.type === "number") return numberProblem(schema, value);
  if (schema.type === "boolean") return typeof value === "object" ? t("This has to be true or false.") : "";
  if (schema.type === "array" && Array.isArray(value)) return listProblem(schema, value);
  // A model by any name, and choices that a newer version has, are for the server to judge.
  if (schema.enum && !schema.llm_model && !schema.enum.includes(value))
    return t("{value} is not one of the choices.", { value: shortened(value) });
  if (schema.type === "string" && schema.format) return timeProblem(schema.format, value);
  if (schema.type === "object" && typeof value !== "object" && !isJson(value)) return t("This has to be a dictionary.");
  return "";
}

/** @param {Schema} schema @param {any} value @returns {string} a text that is a number converts */
function numberProblem(schema, value) {
  const n = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  const { minimum = -Infinity, maximum = Infinity } = schema;
  const isWhole = schema.type !== "integer" || Number.isInteger(n);
  if (typeof n === "boolean") return "";
  return typeof n === "number" && !Number.isNaN(n) && isWhole && n >= minimum && n <= maximum ? "" : numberSentence(schema);
}

/** @param {Schema} schema @returns {string} */
export function numberSentence({ type, minimum, maximum }) {
  const kind = type === "integer" ? t("a whole number") : t("a number");
  if (minimum !== undefined && maximum !== undefined)
    return t("This has to be {kind} from {minimum} to {maximum}.", { kind, minimum, maximum });
  if (minimum !== undefined) return t("This has to be {kind}, at least {minimum}.", { kind, minimum });
  return maximum === undefined
    ? t("This has to be {kind}.", { kind })
    : t("This has to be {kind}, at most {maximum}.", { kind, maximum });
}

/** @param {Schema} schema @param {any[]} values @returns {string} the first item's that is wrong */
function listProblem({ items = {}, maxItems = Infinity }, values) {
  if (values.length > maxItems) return t("This takes {n} items at most.", { n: maxItems });
  const at = values.findIndex((item) => valueProblem(items, item));
  return at < 0 ? "" : t("Item {n}: {problem}", { n: at + 1, problem: valueProblem(items, values[at]) });
}

/** @param {string} format @param {any} value @returns {string} */
function timeProblem(format, value) {
  if (format === "date" && Number.isNaN(Date.parse(value))) return t("This has to be a date, as 2026-03-31.");
  if (format === "date-time" && Number.isNaN(Date.parse(value)))
    return t("This has to be a date with its time, as 2026-03-31T09:00:00Z.");
  if (format === "time" && !/^\d\d?:\d\d/.test(value)) return t("This has to be a time of day, as 09:30.");
  return "";
}

/** @param {any} value @returns {string} */
function shortened(value) {
  return String(typeof value === "object" ? JSON.stringify(value) : value).slice(0, 40);
}

/** @param {any} text @returns {boolean} */
function isJson(text) {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}
