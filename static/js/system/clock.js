/**
 * The server's clock against that of this computer. Schedules start by the server's, and logins at other services fail where it is
 * wrong; which of the two is, only a third can say (`autogpt-lite doctor` asks others).
 */

import { duration } from "../format.js";
import { t } from "../messages.js";

/** @typedef {import("../api/system.js").Clock} Clock */

const MOST_OFF_MS = 5000;

/** @param {Clock} clock @returns {boolean} whatever the answer may have taken on its way */
export const isClockOff = ({ offsetMs, errorMs }) => Math.abs(offsetMs) - errorMs > MOST_OFF_MS;

/** @param {Clock} clock @returns {string} */
export function clockWords(clock) {
  const { offsetMs, errorMs } = clock;
  const time = duration(Math.abs(offsetMs));
  if (!isClockOff(clock)) return t("within {time}", { time: duration(Math.max(100, Math.abs(offsetMs), errorMs)) });
  return offsetMs > 0 ? t("{time} ahead of this computer", { time }) : t("{time} behind this computer", { time });
}

/** @param {Clock} clock @returns {string|null} what follows from it, null where it is right */
export function clockProblem(clock) {
  if (!isClockOff(clock)) return null;
  const off = clockWords(clock);
  return t(
    "The server's clock is {off}. Schedules start by the server's clock, and logins at other services fail where it is wrong: let both computers set their clocks by themselves.",
    { off },
  );
}
