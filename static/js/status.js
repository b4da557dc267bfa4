/** What a status looks like: always an icon and a word, the colour only repeats them. */

/** @typedef {import("./types.js").Status} Status */
/** @typedef {{word: string, brief?: string, icon: string, tone: string}} Look */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { number } from "./format.js";
import { t } from "./messages.js";

/** @type {Record<string, Look>} */
const LOOKS = {
  INCOMPLETE: { word: t("Waits for inputs"), icon: "waiting", tone: "quiet" },
  QUEUED: { word: t("Queued"), icon: "clock", tone: "quiet" },
  RUNNING: { word: t("Running"), icon: "running", tone: "running" },
  REVIEW: { word: t("Needs you"), icon: "hand", tone: "wait" },
  COMPLETED: { word: t("Completed"), icon: "check", tone: "done" },
  FAILED: { word: t("Failed"), icon: "cross", tone: "failed" },
  TERMINATED: { word: t("Stopped"), icon: "square", tone: "quiet" },
};

const NOT_STARTED = { word: t("Not started"), icon: "waiting", tone: "quiet" };

/** How far a status is: an event that would go back is older than what is shown. @type {Record<string, number>} */
const RANK = { INCOMPLETE: 0, QUEUED: 1, RUNNING: 2, REVIEW: 3, COMPLETED: 4, FAILED: 4, TERMINATED: 4 };

/** @param {Status|null|undefined} status @returns {Look} */
export function statusLook(status) {
  return (status && LOOKS[status]) || NOT_STARTED;
}

/** @param {Status} status @returns {number} */
export function statusRank(status) {
  return RANK[status] ?? 0;
}

/** @param {Status|null|undefined} status @returns {boolean} */
export function hasEnded(status) {
  return status === "COMPLETED" || status === "FAILED" || status === "TERMINATED";
}

/**
 * The look of a run. A run with failed nodes ends COMPLETED (that is AutoGPT's rule), which must not look like success.
 * @param {{status: Status, stats?: Record<string, any>|null}} run @returns {Look}
 */
export function runLook(run) {
  const errors = run.stats?.node_error_count ?? 0;
  if (run.status !== "COMPLETED" || !errors) return statusLook(run.status);
  return {
    word: t("Completed, {n} failed", { n: number(errors) }),
    brief: t("{n} failed", { n: number(errors) }),
    icon: "alert",
    tone: "wait",
  };
}

/** @param {Look} look @returns {HTMLElement} */
export function badge(look) {
  return h("span", { class: `badge tone-${look.tone}` }, icon(look.icon), look.word);
}

/** @param {Look} look @returns {SVGElement} an icon in the status's colour; its word stands beside it or in a title */
export function statusIcon(look) {
  return icon(look.icon, `tone-${look.tone}`);
}
