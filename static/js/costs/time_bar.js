/** Which time the page of costs shows: a month and its neighbours, or any days. */

import { h, uniqueId } from "../dom.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { go } from "../router.js";
import { costsAddress, isMonth, monthAround } from "./place.js";
import { monthTitle, spanWords } from "./words.js";

/** @param {{from: string, to: string}} span as the server has read it @param {URLSearchParams} query of the page */
export function timeBar(span, query) {
  const month = (/** @type {number} */ by) => costsAddress(query, monthAround(span.from, by));
  const step = (/** @type {number} */ by, /** @type {string} */ name, /** @type {string} */ picture) =>
    h("a", { class: "button quiet square", href: month(by), "aria-label": name, title: name }, icon(picture));
  const title = isMonth(span) ? monthTitle(span.from) : spanWords(span);
  const days = h("details", { class: "cost-days" }, h("summary", { class: "button" }, t("Days")), dayForm(span, query));
  return h(
    "div",
    { class: "cost-time" },
    step(-1, t("The month before"), "left"),
    h("h2", { class: "cost-month" }, title),
    step(1, t("The next month"), "chevron"),
    query.has("from") && h("a", { class: "button quiet", href: costsAddress(query, { from: null, to: null }) }, t("This month")),
    days,
  );
}

/** @param {{from: string, to: string}} span @param {URLSearchParams} query */
function dayForm(span, query) {
  const [first, last] = [span.from, span.to].map((day) =>
    h("input", { class: "input", id: uniqueId(), type: "date", ".value": day, required: true }),
  );
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    last.setCustomValidity(first.value > last.value ? t("The last day is before the first one.") : "");
    if (last.reportValidity()) go(costsAddress(query, { from: first.value, to: last.value }));
  };
  last.addEventListener("input", () => last.setCustomValidity(""));
  return h(
    "form",
    { class: "cost-range", on: { submit: send } },
    h("label", { class: "field-label", for: first.id }, t("From")),
    first,
    h("label", { class: "field-label", for: last.id }, t("To, included")),
    last,
    h("button", { class: "button", type: "submit" }, t("Show")),
  );
}
