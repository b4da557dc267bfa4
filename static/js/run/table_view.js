/** A list of dictionaries as a table. */

import { CutValue } from "../cut_value.js";
import { h } from "../dom.js";
import { cut, fileName, number } from "../format.js";
import { plural, t } from "../messages.js";
import { saveFile } from "../save_file.js";
import { toastError } from "../toast.js";
import { tableCsv } from "./table_csv.js";
import { readCsv, tooWide } from "./value_reader.js";

const MOST_ROWS = 200;
const MOST_COLUMNS = 30;
const MOST_CHARS = 300;

/** @param {string} name of the output @param {any} value @returns {HTMLElement|null} null where it is no table */
export function tableView(name, value) {
  const items = value instanceof CutValue ? value.items : value;
  if (!Array.isArray(items) || !items.length || !items.slice(0, MOST_ROWS).every(isRow)) return null;
  const rows = items.slice(0, MOST_ROWS);
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
  const table = h("table", { class: "value-table" }, h("thead", null, head), h("tbody", null, lines));
  const place = h("div", { class: "table-place", tabindex: 0, role: "region", "aria-label": t("Table") }, table);
  const save = h("button", { class: "link-button", type: "button", on: { click: () => void saveCsv(name, value) } });
  save.textContent = t("Download as CSV");
  const left = value instanceof CutValue ? NaN : items.length - rows.length;
  return h("div", null, place, h("p", { class: "muted" }, leftWords(left, rows.length), " ", save));
}

/** @param {number} left rows that are not shown, NaN where nobody has counted them @param {number} shown */
function leftWords(left, shown) {
  if (Number.isNaN(left)) return t("These are the first {n} rows.", { n: number(shown) });
  return left > 0 ? plural(left, "{n} more row in the file.", "{n} more rows in the file.") : "";
}

/** @param {string} name @param {any} value */
async function saveCsv(name, value) {
  try {
    const file = value instanceof CutValue ? await readCsv(value) : new Blob(tableCsv(value));
    saveFile(fileName(name, "csv"), file);
  } catch (error) {
    toastError(error instanceof RangeError ? new Error(tooWide()) : error, t("Nothing was downloaded"));
  }
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
