/** Tables as CSV (RFC 4180), for spreadsheets. */

/**
 * What a spreadsheet takes for the beginning of a formula, also behind space and signs that nobody sees, and in the wide forms: such a
 * text gets a quote before it (attacks.md E9).
 */
const FORMULA = /^(?:[\t\r]|[\s\ufeff\u200b]*[=+\-@＝＋－＠])/;

/** @param {any[][]} rows texts and numbers; null and undefined are empty @returns {string} */
export function toCsv(rows) {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** @param {any} value @returns {string} */
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = (typeof value === "string" ? value : JSON.stringify(value)).replaceAll("\0", "");
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
