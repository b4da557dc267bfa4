/** Sums and months as the library says them, and what its cards are to the browser. */

import { locale } from "../messages.js";

/** What a card is while it is dragged. */
export const AGENT_TYPE = "application/x-agent";

/** @param {number} sum in credits, which are cents @returns {string} "$0.02", "$3.10" */
export function credits(sum) {
  return `$${(sum / 100).toLocaleString(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** @returns {string} "Nov" */
export function monthName() {
  return new Date().toLocaleDateString(locale, { month: "short" });
}
