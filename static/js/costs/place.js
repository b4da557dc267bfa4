/** What the page of costs shows, as it stands in its address. */

/** What narrows the costs, in the order of its chips. */
export const FILTERS = ["graph_id", "provider", "model", "block_id"];

const KEYS = ["from", "to", ...FILTERS];

/** @param {URLSearchParams} query of the page @returns {URLSearchParams} what the server is asked for */
export function askedFor(query) {
  return new URLSearchParams([...query].filter(([key]) => KEYS.includes(key)));
}

/**
 * @param {URLSearchParams} query @param {Record<string, string|null>} change null takes a key away
 * @returns {string} the address of the page with that
 */
export function costsAddress(query, change) {
  const next = askedFor(query);
  for (const [key, value] of Object.entries(change)) {
    if (value === null) next.delete(key);
    else next.set(key, value);
  }
  return next.size ? `/costs?${next}` : "/costs";
}

/** @param {string} day of the month @param {number} months to move by @returns {{from: string, to: string}} that whole month */
export function monthAround(day, months) {
  const [year, month] = day.split("-").map(Number);
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const last = new Date(Date.UTC(year, month + months, 0));
  return { from: isoDay(first), to: isoDay(last) };
}

/** @param {Date} date @returns {string} */
const isoDay = (date) => date.toISOString().slice(0, 10);

/** @param {{from: string, to: string}} span @returns {boolean} whether it is one whole month */
export function isMonth(span) {
  const month = monthAround(span.from, 0);
  return month.from === span.from && month.to === span.to;
}
