/** What a run is called: by its number, or by its time where another run has started it. */

import { dayAndTime, timeMs } from "./format.js";
import { t } from "./messages.js";

/** @param {{number?: number|null, started_at?: string|null}} run @returns {string} "Run 12", "Run of today 09:14" */
export function runName({ number, started_at: startedAt }) {
  if (number) return t("Run {n}", { n: number });
  const started = timeMs(startedAt);
  if (Number.isNaN(started)) return t("Run");
  return t("Run of {time}", { time: dayAndTime(started).replace(/^[TY]/, (first) => first.toLowerCase()) });
}
