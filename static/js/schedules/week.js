/** The next seven days, a column each. */

import { h } from "../dom.js";
import { timeMs } from "../format.js";
import { locale, plural, t } from "../messages.js";

const DAYS = 7;
const MOST_ROWS = 14;

/** @param {{fires: {schedule_id: string, at: string}[], is_complete: boolean}} upcoming of seven days @param {Map<string, string>} names */
export function weekCalendar(upcoming, names) {
  const today = new Date();
  today.setHours(0, 0, 0, 0);
  const days = Array.from({ length: DAYS }, (_, i) => new Date(today.getFullYear(), today.getMonth(), today.getDate() + i));
  const columns = days.map((day, i) => dayColumn(day, i === 0, ofDay(upcoming.fires, day), names));
  const more = upcoming.is_complete
    ? null
    : h("p", { class: "muted week-more" }, t("There are more starts than are shown here."));
  return h("section", { class: "card", "aria-label": t("Next seven days") }, h("div", { class: "week" }, columns), more);
}

/** @param {{schedule_id: string, at: string}[]} fires @param {Date} day */
function ofDay(fires, day) {
  return fires.filter((fire) => new Date(timeMs(fire.at)).toDateString() === day.toDateString());
}

/** @param {Date} day @param {boolean} isToday @param {{schedule_id: string, at: string}[]} fires @param {Map<string, string>} names */
function dayColumn(day, isToday, fires, names) {
  const rows = groupBySchedule(fires);
  const title = isToday ? t("Today") : day.toLocaleDateString(locale, { weekday: "short", day: "numeric", month: "short" });
  return h(
    "section",
    { class: `week-day ${isToday ? "week-today" : ""}`.trim() },
    h("h3", null, title, " ", h("span", { class: "muted" }, fires.length || "")),
    h(
      "ul",
      null,
      rows
        .slice(0, MOST_ROWS)
        .map(([id, times]) =>
          h(
            "li",
            { class: "week-chip" },
            h("b", null, hourOf(times[0])),
            h("span", null, names.get(id) ?? ""),
            times.length > 1 ? h("span", { class: "muted" }, plural(times.length, "once", "{n} times")) : null,
          ),
        ),
      rows.length > MOST_ROWS ? h("li", { class: "muted" }, plural(rows.length - MOST_ROWS, "{n} more", "{n} more")) : null,
    ),
  );
}

/** What starts many times a day is one row. @param {{schedule_id: string, at: string}[]} fires @returns {[string, string[]][]} */
function groupBySchedule(fires) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const { schedule_id: id, at } of fires) groups.set(id, [...(groups.get(id) ?? []), at]);
  return [...groups];
}

/** @param {string} at */
function hourOf(at) {
  return new Date(timeMs(at)).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}
