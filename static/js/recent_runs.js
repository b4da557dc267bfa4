/** Runs that have ended lately, and which of them nobody has looked at in the menu of what goes on. */

import { serverNow } from "./api.js";
import { timeMs } from "./format.js";
import { hasEnded } from "./status.js";

/** @typedef {import("./types.js").GraphExecution} GraphExecution */

const SEEN_KEY = "activity-seen";
const DAY_MS = 86_400_000;

/** @param {GraphExecution[]} runs @returns {GraphExecution[]} those that ended within a day, the last one first */
export function endedLately(runs) {
  const since = serverNow() - DAY_MS;
  const ended = runs.filter((run) => hasEnded(run.status) && timeMs(run.ended_at) > since);
  return ended.sort((a, b) => timeMs(b.ended_at) - timeMs(a.ended_at));
}

/** @param {GraphExecution[]} runs @returns {number} how many ended since the menu was open */
export function countUnseen(runs) {
  const seen = Number(localStorage.getItem(SEEN_KEY) ?? 0);
  return endedLately(runs).filter((run) => timeMs(run.ended_at) > seen).length;
}

/** The menu is open. */
export function markSeen() {
  localStorage.setItem(SEEN_KEY, String(serverNow()));
  dispatchEvent(new Event("activity-seen"));
}
