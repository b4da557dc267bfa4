/** What became of a time at which a schedule was due, in one sentence. */

import { duration, timeMs } from "../format.js";
import { t } from "../messages.js";
import { statusLook } from "../status.js";

/** @typedef {import("../api/schedules.js").Fire} Fire */
/** @typedef {import("../status.js").Look} Look */

const LATE_MS = 60_000;

/** @param {Fire} fire @returns {boolean} it was due, and no run came of it */
export function wasNotRun(fire) {
  return fire.status === "missed" || fire.status === "skipped" || fire.status === "refused";
}

/** @param {Fire} fire @returns {boolean} */
export function hasFailed(fire) {
  return fire.status === "refused" || fire.run_status === "FAILED";
}

/** @param {Fire} fire @returns {Look} */
export function fireLook(fire) {
  if (fire.status === "started")
    return fire.run_status ? statusLook(fire.run_status) : { word: t("Ran"), icon: "check", tone: "quiet" };
  if (fire.status === "waiting") return { word: t("Waits for the run before it"), icon: "clock", tone: "quiet" };
  if (fire.status === "refused") return { word: t("Refused"), icon: "cross", tone: "failed" };
  return { word: t("Not run"), icon: "skip", tone: "wait" };
}

/** @param {Fire} fire @returns {string} */
export function fireWords(fire) {
  const look = fireLook(fire);
  const late = timeMs(fire.fired_at) - timeMs(fire.due_at);
  const parts = [];
  if (fire.status === "started" && late > LATE_MS) parts.push(t("{time} late.", { time: duration(late) }));
  if (fire.reason)
    parts.push(
      wasNotRun(fire) && !isWholeSentence(fire.reason)
        ? t("Not run: {reason}", { reason: lowerFirst(fire.reason) })
        : fire.reason,
    );
  else parts.push(`${look.word}.`);
  return parts.join(" ");
}

/** A start that a budget refused says itself that it was not run. @param {string} reason */
export function isWholeSentence(reason) {
  return reason.startsWith("Not run: ");
}

/** @param {string} text */
function lowerFirst(text) {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
