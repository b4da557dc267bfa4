/** Sums and months, as the library says them. */

import { locale } from "../messages.js";

/** @param {number} sum in credits, which are cents @returns {string} "$0.02", "$3.10" */
export function credits(sum) {
  return `$${(sum / 100).toLocaleString(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** @returns {string} "Nov" */
export function monthName() {
  return new Date().toLocaleDateString(locale, { month: "short" });
}
