/** The next 24 hours as a line with a chip for each start. */

import { h } from "../dom.js";
import { exactTime, timeMs } from "../format.js";
import { locale, plural, t } from "../messages.js";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const LANES = 3;
const MOST_CHIPS = 24;

/** Share of the width that a chip takes, so that two of a lane do not cover each other. */
const CHIP_SHARE = 0.14;

/**
 * @param {{fires: {schedule_id: string, at: string}[], is_complete: boolean}} upcoming @param {Map<string, string>} names by schedule
 * @param {HTMLElement} cost where it will be said what these starts cost
 */
export function dayStrip(upcoming, names, cost) {
  const now = Date.now();
  const { fires, is_complete: isComplete } = upcoming;
  const many = isComplete ? "" : "+";
  const said = plural(fires.length, "{n} start", "{n}{many} starts", { many });
  return h(
    "section",
    { class: "card day-strip", "aria-label": t("Next 24 hours") },
    h(
      "h2",
      null,
      t("Next 24 hours"),
      " ",
      h("span", { class: "muted" }, fires.length ? said : t("Nothing starts by itself.")),
      " ",
      cost,
    ),
    h("div", { class: "day-line", "aria-hidden": "true" }, hourMarks(now), chips(fires, names, now)),
    h(
      "ol",
      { class: "sr-only" },
      fires
        .slice(0, MOST_CHIPS)
        .map((fire) => h("li", null, `${exactTime(timeMs(fire.at))} ${names.get(fire.schedule_id) ?? ""}`)),
    ),
  );
}

/** @param {number} now */
function hourMarks(now) {
  const first = new Date(now);
  first.setMinutes(0, 0, 0);
  const marks = [mark(0, t("now"), "day-now")];
  for (let at = first.getTime() + HOUR_MS; at < now + DAY_MS - HOUR_MS; at += HOUR_MS) {
    const date = new Date(at);
    if (date.getHours() % 3 || at - now < HOUR_MS) continue;
    const midnight = date.getHours() === 0;
    const text = midnight
      ? date.toLocaleDateString(locale, { weekday: "short", day: "numeric" })
      : `${String(date.getHours()).padStart(2, "0")}:00`;
    marks.push(mark((at - now) / DAY_MS, text, ""));
  }
  return marks;
}

/** @param {number} share @param {string} text @param {string} kind */
function mark(share, text, kind) {
  const element = h("span", { class: `day-mark ${kind}`.trim() }, text);
  element.style.left = `${share * 100}%`;
  return element;
}

/** @param {{schedule_id: string, at: string}[]} fires @param {Map<string, string>} names @param {number} now */
function chips(fires, names, now) {
  const laneEnds = Array(LANES).fill(-1);
  /** @type {HTMLElement[]} */
  const made = [];
  for (const fire of fires.slice(0, MOST_CHIPS * 4)) {
    const share = Math.max(0, (timeMs(fire.at) - now) / DAY_MS);
    const lane = laneEnds.findIndex((end) => end <= share);
    // What finds no room stands as a point: it is there, and its name is in the table below.
    const name = lane < 0 || made.length >= MOST_CHIPS ? "" : (names.get(fire.schedule_id) ?? "");
    if (name) laneEnds[lane] = share + CHIP_SHARE;
    made.push(chip(share, Math.max(lane, 0), name));
  }
  return made;
}

/** @param {number} share @param {number} lane @param {string} name */
function chip(share, lane, name) {
  const isLeft = share > 1 - CHIP_SHARE;
  const dot = h("span", { class: "day-dot" });
  const element = name
    ? h("span", { class: `day-chip ${isLeft ? "day-chip-left" : ""}` }, dot, h("span", { class: "day-name" }, name))
    : h("span", { class: "day-point" });
  element.style.left = `${share * 100}%`;
  if (name) element.style.top = `${26 + lane * 28}px`;
  return element;
}
