/** A list of dictionaries as CSV: a column a key. Pure: a worker uses it too. */

import { toCsv } from "../csv.js";

/** More than a spreadsheet shows. */
const MOST_COLUMNS = 16_384;
const ROWS_AT_ONCE = 1000;

/** @param {any[]} all what is no dictionary among them is left out @returns {string[]} pieces of the file @throws {RangeError} where there are too many columns */
export function tableCsv(all) {
  const rows = all.filter((row) => row !== null && typeof row === "object" && !Array.isArray(row));
  /** @type {Set<string>} */
  const columns = new Set();
  for (const row of rows) {
    for (const name of Object.keys(row)) columns.add(name);
    if (columns.size > MOST_COLUMNS) throw new RangeError(String(MOST_COLUMNS));
  }
  const names = [...columns];
  // The mark tells spreadsheets that it is UTF-8.
  const pieces = [`\ufeff${toCsv([names])}`];
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
    pieces.push(toCsv(rows.slice(at, at + ROWS_AT_ONCE).map((row) => cells(row, names))));
  return pieces;
}

/** @param {Record<string, any>} row @param {string[]} names */
function cells(row, names) {
  return names.map((name) => (Object.hasOwn(row, name) ? row[name] : null));
}
