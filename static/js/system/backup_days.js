/** The last six weeks, a square a day: which days have a backup. */

import { h } from "../dom.js";
import { size, timeMs } from "../format.js";
import { locale, plural, t } from "../messages.js";

/** @typedef {import("../api/system.js").Status["backups"][number]} Backup */

const DAYS = 42;

/** @param {Backup[]} backups the newest first @param {boolean} isOld whether today misses one @returns {HTMLElement} the last is today */
export function backupDays(backups, isOld, now = Date.now()) {
  /** @type {Map<string, number>} */
  const sizes = new Map();
  for (const one of backups.toReversed()) sizes.set(dayOf(timeMs(one.made_at)), one.size_bytes);
  const days = Array.from({ length: DAYS }, (_, i) => daysBefore(now, DAYS - 1 - i));
  const kept = days.filter((day) => sizes.has(dayOf(day)));
  const squares = days.map((day) => {
    const bytes = sizes.get(dayOf(day));
    const name = new Date(day).toLocaleDateString(locale, { weekday: "long", day: "numeric", month: "long" });
    const said = bytes === undefined ? t("{day}: none", { day: name }) : t("{day}: {size}", { day: name, size: size(bytes) });
    return h("i", { class: bytes === undefined ? null : "is-kept", title: said });
  });
  if (isOld) squares.at(-1)?.classList.add("is-due");
  const label = plural(kept.length, "{n} of the last 42 days has a backup", "{n} of the last 42 days have a backup");
  return h("div", { class: "backup-days", role: "img", "aria-label": label }, squares);
}

/** @param {number} ms @returns {string} the day here */
const dayOf = (ms) => new Date(ms).toDateString();

/** At noon, since a day of a clock change has not 24 hours. @param {number} ms @param {number} days */
function daysBefore(ms, days) {
  const date = new Date(ms);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - days, 12).getTime();
}
