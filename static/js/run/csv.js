/** A list of dictionaries as CSV, for spreadsheets: what looks like a formula to them becomes a text. Pure. */

/** More than a spreadsheet shows. */
const MOST_COLUMNS = 16_384;
const ROWS_AT_ONCE = 1000;

/** Also behind space and signs that nobody sees, and in the wide forms that some spreadsheets take. */
const FORMULA = /^(?:[\t\r]|[\s\0\ufeff\u200b]*[=+\-@＝＋－＠])/;

/** @param {any[]} all what is no dictionary among them is left out @returns {string[]} pieces of the file @throws {RangeError} where there are too many columns */
export function csvOf(all) {
  const rows = all.filter((row) => row !== null && typeof row === "object" && !Array.isArray(row));
  /** @type {Set<string>} */
  const columns = new Set();
  for (const row of rows) {
    for (const name of Object.keys(row)) columns.add(name);
    if (columns.size > MOST_COLUMNS) throw new RangeError(String(MOST_COLUMNS));
  }
  const names = [...columns];
  // The mark tells spreadsheets that it is UTF-8.
  const pieces = [`\ufeff${names.map(cellOf).join(",")}\r\n`];
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
    pieces.push(
      rows
        .slice(at, at + ROWS_AT_ONCE)
        .map((row) => lineOf(row, names))
        .join(""),
    );
  return pieces;
}

/** @param {Record<string, any>} row @param {string[]} names */
function lineOf(row, names) {
  return `${names.map((name) => (Object.hasOwn(row, name) ? cellOf(row[name]) : "")).join(",")}\r\n`;
}

/** @param {any} value @returns {string} */
export function cellOf(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = (typeof value === "string" ? value : JSON.stringify(value)).replaceAll("\0", "");
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
