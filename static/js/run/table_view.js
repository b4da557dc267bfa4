/** A list of dictionaries as a table. */

import { h } from "../dom.js";
import { cut, number } from "../format.js";
import { plural, t } from "../messages.js";

const MOST_ROWS = 200;
const MOST_COLUMNS = 30;
const MOST_CHARS = 300;

/** @param {any} value @returns {HTMLElement|null} null where it is no table */
export function tableView(value) {
  if (!Array.isArray(value) || !value.length || !value.slice(0, MOST_ROWS).every(isRow)) return null;
  const rows = value.slice(0, MOST_ROWS);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, MOST_COLUMNS);
  if (!columns.length) return null;
  const head = h(
    "tr",
    null,
    columns.map((name) => h("th", { scope: "col", dir: "auto" }, cut(name, MOST_CHARS))),
  );
  const lines = rows.map((row) =>
    h(
      "tr",
      null,
      columns.map((name) => cell(Object.hasOwn(row, name) ? row[name] : undefined)),
    ),
  );
  const left = value.length - rows.length;
  const more =
    left > 0 ? h("p", { class: "muted" }, plural(left, "{n} more row in the file", "{n} more rows in the file")) : null;
  const table = h("table", { class: "value-table" }, h("thead", null, head), h("tbody", null, lines));
  return h("div", { class: "table-place", tabindex: 0, role: "region", "aria-label": t("Table") }, table, more);
}

/** @param {any} value */
function isRow(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** @param {any} value */
function cell(value) {
  if (typeof value === "number") return h("td", { class: "number" }, number(value));
  const text = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return h("td", { dir: "auto" }, cut(text, MOST_CHARS));
}
