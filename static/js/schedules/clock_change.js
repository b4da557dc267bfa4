/** When the clocks of the reader's zone are changed next. */

import { locale } from "../messages.js";

const DAY_MS = 86_400_000;
const LOOKED_AT = 370;

/** @param {number} now milliseconds @returns {string} "28 March"; "" where clocks are never changed */
export function nextClockChange(now) {
  const offset = new Date(now).getTimezoneOffset();
  for (let day = 1; day <= LOOKED_AT; day++) {
    const at = new Date(now + day * DAY_MS);
    // The change came in the night before the same time of that day.
    if (at.getTimezoneOffset() !== offset) return dateOfChange(now + (day - 1) * DAY_MS, offset);
  }
  return "";
}

/** @param {number} before less than a day before it @param {number} offset until then */
function dateOfChange(before, offset) {
  let [low, high] = [before, before + DAY_MS];
  while (high - low > 60_000) {
    const middle = (low + high) / 2;
    if (new Date(middle).getTimezoneOffset() === offset) low = middle;
    else high = middle;
  }
  return new Date(high).toLocaleDateString(locale, { day: "numeric", month: "long" });
}
