/** Times, durations, sums and sizes as people say them. */

import { locale, t } from "./messages.js";

/** @param {string|null|undefined} iso a time of the server @returns {number} milliseconds with fractions, NaN without one */
export function timeMs(iso) {
  if (!iso) return NaN;
  // Date.parse cuts to milliseconds, but many nodes take less than one: the digits after them are added here.
  const fraction = /\.\d{3}(\d+)/.exec(iso);
  const text = /(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`;
  return Date.parse(text) + (fraction ? Number(`0.${fraction[1]}`) : 0);
}

/** @param {number} ms @returns {string} "<1 ms", "120 ms", "4.2 s", "3 m 08 s", "1 h 05 m" */
export function duration(ms) {
  if (!Number.isFinite(ms)) return "";
  if (ms < 1) return "<1 ms";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const s = Math.round(ms / 1000);
  if (s < 3600) return `${Math.floor(s / 60)} m ${two(s % 60)} s`;
  return `${Math.floor(s / 3600)} h ${two(Math.floor(s / 60) % 60)} m`;
}

/** @param {number} ms @returns {string} a running clock: "0:42", "1:02:03" */
export function clock(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const minutes = `${Math.floor(s / 60) % 60}`;
  return s < 3600 ? `${minutes}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${minutes.padStart(2, "0")}:${two(s % 60)}`;
}

/** @param {number} ms @returns {string} "just now", "12 min ago", "Today 09:14", "Yesterday 18:00", "3 Nov 09:14" */
export function when(ms, now = Date.now()) {
  if (!Number.isFinite(ms)) return "";
  const ago = now - ms;
  if (ago > -5000 && ago < 60_000) return t("just now");
  if (ago >= 60_000 && ago < 3_600_000) return t("{n} min ago", { n: Math.floor(ago / 60_000) });
  return dayAndTime(ms, now);
}

/** @param {number} ms @returns {string} "Today 09:14", "Yesterday 18:00", "3 Nov 09:14", "3 Nov 2024" */
export function dayAndTime(ms, now = Date.now()) {
  const date = new Date(ms);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (isSameDay(date, new Date(now))) return t("Today {time}", { time });
  if (isSameDay(date, new Date(now - 86_400_000))) return t("Yesterday {time}", { time });
  const day = date.toLocaleDateString(locale, { day: "numeric", month: "short" });
  return date.getFullYear() === new Date(now).getFullYear() ? `${day} ${time}` : `${day} ${date.getFullYear()}`;
}

/** @param {number} ms a time to come @returns {string} "in 12 min", "Today 09:14", "Tomorrow 18:00", "Mon 3 Nov 09:14" */
export function whenComing(ms, now = Date.now()) {
  if (!Number.isFinite(ms)) return "";
  if (ms - now < 3_600_000) return t("in {n} min", { n: Math.max(1, Math.ceil((ms - now) / 60_000)) });
  const date = new Date(ms);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (isSameDay(date, new Date(now))) return t("Today {time}", { time });
  if (isSameDay(date, new Date(now + 86_400_000))) return t("Tomorrow {time}", { time });
  return `${date.toLocaleDateString(locale, { weekday: "short", day: "numeric", month: "short" })} ${time}`;
}

/** @param {number} ms @returns {string} the exact time, for titles */
export function exactTime(ms) {
  return Number.isFinite(ms) ? new Date(ms).toLocaleString(locale, { dateStyle: "medium", timeStyle: "medium" }) : "";
}

/** @param {number} bytes @returns {string} "0 B", "12 KB", "1.4 GB" */
export function size(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${value.toLocaleString(locale, { maximumFractionDigits: value < 10 && power ? 1 : 0 })} ${units[power]}`;
}

/** @param {number} n @returns {string} */
export function number(n) {
  return n.toLocaleString(locale);
}

/** @param {string} text @param {number} length @returns {string} */
export function cut(text, length) {
  return text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text;
}

/** @param {string} name of an agent or an output @param {string} ending @returns {string} a name that every system can save */
export function fileName(name, ending) {
  const plain = name
    .normalize("NFKD")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
  return `${plain.slice(0, 80) || "agent"}.${ending}`;
}

/** @param {number} n @returns {string} */
function two(n) {
  return String(n).padStart(2, "0");
}

/** @param {Date} a @param {Date} b */
function isSameDay(a, b) {
  return a.toDateString() === b.toDateString();
}

/** @param {string[]} words @returns {string} "a", "a or b", "a, b, or c" */
export function orList(words) {
  return new Intl.ListFormat(locale, { type: "disjunction" }).format(words);
}
