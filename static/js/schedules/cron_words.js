/** Cron expressions as people say them, where they are of the common kinds. */

import { locale, plural, t } from "../messages.js";

/** @type {Record<string, string>} */
const NICKNAMES = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};

const NUMBER = /^\d+$/;

/** @param {string} cron @returns {string} "Every day at 09:30"; the expression itself where there are no plain words for it */
export function cronWords(cron) {
  const fields = (NICKNAMES[cron.trim().toLowerCase()] ?? cron).trim().toUpperCase().split(/\s+/);
  if (fields.length !== 5) return cron;
  const [minute, hour, day, month, weekday] = fields;
  if (day === "*" && month === "*" && weekday === "*") return withinDay(minute, hour) ?? cron;
  if (!NUMBER.test(minute) || !NUMBER.test(hour)) return cron;
  const time = timeOfDay(hour, minute);
  if (day === "*" && month === "*") return onWeekdays(weekday, time) ?? cron;
  if (NUMBER.test(day) && month === "*" && weekday === "*") return t("On day {day} of the month at {time}", { day, time });
  return cron;
}

/** @param {string} minute @param {string} hour @returns {string|null} */
function withinDay(minute, hour) {
  const everyMinutes = /^\*\/(\d+)$/.exec(minute);
  if (hour === "*" && minute === "*") return t("Every minute");
  if (hour === "*" && everyMinutes) return plural(Number(everyMinutes[1]), "Every minute", "Every {n} minutes");
  if (!NUMBER.test(minute)) return null;
  const at = minute.padStart(2, "0");
  const everyHours = /^\*\/(\d+)$/.exec(hour);
  if (hour === "*") return t("Every hour, at :{at}", { at });
  if (everyHours) return plural(Number(everyHours[1]), "Every hour, at :{at}", "Every {n} hours, at :{at}", { at });
  return NUMBER.test(hour) ? t("Every day at {time}", { time: timeOfDay(hour, minute) }) : null;
}

/** @param {string} weekday @param {string} time @returns {string|null} */
function onWeekdays(weekday, time) {
  if (weekday === "1-5" || weekday === "MON-FRI") return t("Monday to Friday at {time}", { time });
  const days = weekday.split(",").map(dayNumber);
  if (days.some((day) => day === null)) return null;
  const names = new Intl.ListFormat(locale).format(days.map((day) => dayName(Number(day))));
  return t("{days} at {time}", { days: names, time });
}

/** @param {string} text @returns {number|null} Sunday is 0 */
function dayNumber(text) {
  const named = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"].indexOf(text);
  if (named >= 0) return named;
  return /^[0-7]$/.test(text) ? Number(text) % 7 : null;
}

/** @param {number} day @returns {string} */
function dayName(day) {
  // The 4th of January 1970 was a Sunday.
  return new Date(Date.UTC(1970, 0, 4 + day)).toLocaleDateString(locale, { weekday: "long", timeZone: "UTC" });
}

/** @param {string} hour @param {string} minute */
function timeOfDay(hour, minute) {
  return `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
}
