/** What each day has cost, as bars; a click narrows the page to the day. Beside them the same as a table, for who listens. */

import { h } from "../dom.js";
import { credits } from "../library/words.js";
import { plural, t } from "../messages.js";
import { costsAddress, monthAround } from "./place.js";
import { dayName, monthTitle, shortDay } from "./words.js";

/** @typedef {import("../api/costs.js").CostReport} CostReport */
/** @typedef {{from: string, to: string, title: string, axis: string, cost: number, charges: number}} Bar */

/** More days than these are drawn by month: a bar stays wide enough to be hit. */
const MOST_DAYS = 62;
const LINES = 3;
/** Bars between two labels of the axis, so that 11 px letters do not meet. */
const LABELS = 9;

/** @param {CostReport} report @param {URLSearchParams} query of the page @returns {HTMLElement} */
export function costChart(report, query) {
  const bars = report.days.length > MOST_DAYS ? byMonth(report) : byDay(report);
  const top = niceTop(Math.max(...bars.map((bar) => bar.cost)));
  const every = Math.ceil(bars.length / LABELS);
  const lines = Array.from({ length: LINES }, (_, i) => {
    const line = h("span", { class: "cost-line" }, credits((top * (LINES - i)) / LINES));
    line.style.bottom = `${(100 * (LINES - i)) / LINES}%`;
    return line;
  });
  const columns = bars.map((bar, i) => column(bar, top, query, i % every ? "" : bar.axis, (i / every) % 2 === 1));
  return h(
    "div",
    { class: "cost-chart" },
    h("div", { class: "cost-plot" }, h("div", { class: "cost-lines", "aria-hidden": "true" }, lines), columns),
    table(bars),
  );
}

/** @param {Bar} bar @param {number} top @param {URLSearchParams} query @param {string} label @param {boolean} isOdd a phone has room for every other one */
function column(bar, top, query, label, isOdd) {
  const said = t("{day}: {sum}", { day: bar.title, sum: credits(bar.cost) });
  const fill = h("i", { class: "cost-bar" });
  fill.style.height = bar.cost ? `max(2px, ${(100 * bar.cost) / top}%)` : "0";
  const axis = label ? h("span", { class: `cost-day ${isOdd ? "wide-only" : ""}`.trim(), "aria-hidden": "true" }, label) : null;
  if (!bar.cost) return h("span", { class: "cost-column", title: said, "aria-hidden": "true" }, fill, axis);
  const href = costsAddress(query, { from: bar.from, to: bar.to });
  return h("a", { class: "cost-column", href, title: said, "aria-label": said }, fill, axis);
}

/** @param {Bar[]} bars */
function table(bars) {
  const rows = bars
    .filter((bar) => bar.cost)
    .map((bar) =>
      h("tr", null, h("th", { scope: "row" }, bar.title), h("td", null, credits(bar.cost)), h("td", null, String(bar.charges))),
    );
  const titles = [t("When"), t("Cost"), t("Charges")].map((title) => h("th", { scope: "col" }, title));
  return h(
    "table",
    { class: "sr-only" },
    h("caption", null, plural(rows.length, "Cost of the {n} day that had any", "Costs of the {n} days that had any")),
    h("thead", null, h("tr", null, titles)),
    h("tbody", null, rows),
  );
}

/** @param {CostReport} report @returns {Bar[]} */
function byDay({ days }) {
  return days.map(({ day, cost_credits: cost, charges }) => {
    return { from: day, to: day, title: dayName(day), axis: shortDay(day), cost, charges };
  });
}

/** @param {CostReport} report @returns {Bar[]} */
function byMonth({ days, from, to }) {
  /** @type {Map<string, Bar>} */
  const found = new Map();
  for (const { day, cost_credits: cost, charges } of days) {
    const month = monthAround(day, 0);
    const cut = { from: month.from < from ? from : month.from, to: month.to > to ? to : month.to };
    const bar = found.get(month.from) ?? {
      ...cut,
      title: monthTitle(day),
      axis: monthTitle(day).slice(0, 3),
      cost: 0,
      charges: 0,
    };
    found.set(month.from, { ...bar, cost: bar.cost + cost, charges: bar.charges + charges });
  }
  return [...found.values()];
}

/** @param {number} most @returns {number} a round sum above it that three lines divide into round sums */
function niceTop(most) {
  const step = Math.max(most, 1) / LINES;
  const power = 10 ** Math.floor(Math.log10(Math.max(step, 1)));
  const nice = [1, 2, 5, 10].find((one) => one * power >= step) ?? 10;
  return LINES * nice * power;
}
