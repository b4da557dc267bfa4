/** Schedules: what starts by itself next, all of them, and what became of the times that are over. */

import { listFires, listSchedules, listUpcoming } from "../api/schedules.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { inOrder } from "../in_order.js";
import { t } from "../messages.js";
import { button, pageHead } from "../page_head.js";
import { nextClockChange } from "../schedules/clock_change.js";
import { costOfStarts } from "../schedules/cost_of_day.js";
import { dayStrip } from "../schedules/day_strip.js";
import { ScheduleForm } from "../schedules/form.js";
import { fireHistory } from "../schedules/history.js";
import { scheduleTable } from "../schedules/table.js";
import { weekCalendar } from "../schedules/week.js";
import { loadStyles } from "../styles.js";
import { toastError } from "../toast.js";

const DAY_HOURS = 24;
const WEEK_HOURS = 168;
const FIRES = 500;
const REFRESH_MS = 30_000;

/** @type {import("../pages.js").View} */
export async function showSchedules(main, place, signal) {
  const styles = loadStyles("schedules.css");
  const body = h("div", { class: "stack" });
  const prices = new Map();
  let isWeek = place.query.has("week");
  const ask = (/** @type {boolean} */ week) =>
    Promise.all([listSchedules(), listUpcoming(week ? WEEK_HOURS : DAY_HOURS), listFires(FIRES)]);
  const showAll = inOrder(ask, ([schedules, upcoming, fires], week) => {
    if (signal.aborted || week !== isWeek || isBeingEdited(body)) return;
    const names = new Map(schedules.map((/** @type {any} */ one) => [one.id, one.agent_name ?? one.name]));
    if (!schedules.length) return fill(body, emptySchedules(openNew));
    const cost = h("span", { class: "muted" });
    const time = isWeek ? weekCalendar(upcoming, names) : dayStrip(upcoming, names, cost);
    if (!isWeek) void costOfStarts(upcoming.fires, schedules, prices).then((said) => fill(cost, said));
    fill(body, time, scheduleTable(schedules, fires, reload), fires.length ? fireHistory(fires) : null);
  });
  const load = () => showAll(isWeek);
  const reload = () => void (body.replaceChildren(), load().catch((error) => toastError(error)));
  const openNew = () => {
    const form = new ScheduleForm(null, () => (card.remove(), reload()), place.query.get("graph") ?? "");
    const card = newCard(form);
    body.before(card);
    form.load().catch((error) => toastError(error));
    form.name.focus();
  };
  const zone = h("span", { class: "muted wide-only" }, zoneWords());
  const views = viewSwitch(isWeek, (chosen) => ((isWeek = chosen), reload()));
  const actions = [views, button(t("New schedule"), "plus", openNew, "filled wide-label")];
  const first = load();
  await Promise.all([styles, first]);
  if (signal.aborted) return;
  fill(main, pageHead({ title: t("Schedules"), beside: zone, actions }), body);
  if (place.query.has("graph")) openNew();
  const timer = setInterval(() => document.hidden || load().catch(() => {}), REFRESH_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** Times are the reader's own: those of this browser. */
function zoneWords() {
  const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
  const change = nextClockChange(Date.now());
  return change ? t("Times in {zone}, next clock change {day}", { zone, day: change }) : t("Times in {zone}", { zone });
}

/** What somebody is filling in is not drawn anew under the hands. @param {HTMLElement} body */
function isBeingEdited(body) {
  return [...body.querySelectorAll(".schedule-more")].some((more) => more instanceof HTMLElement && !more.hidden);
}

/** @param {ScheduleForm} form */
function newCard(form) {
  const close = h("button", { class: "button quiet square small", type: "button", "aria-label": t("Close") }, icon("cross"));
  const card = h(
    "section",
    { class: "card new-schedule", "aria-label": t("New schedule") },
    h("div", { class: "card-head" }, h("h2", null, t("New schedule")), h("span", { class: "grow" }), close),
    h("div", { class: "card-body" }, form.element),
  );
  close.addEventListener("click", () => card.remove());
  return card;
}

/** @param {boolean} isWeek @param {(isWeek: boolean) => void} onChoose */
function viewSwitch(isWeek, onChoose) {
  const buttons = [t("List"), t("Calendar")].map((label, i) =>
    h("button", { class: "segment", type: "button", "aria-pressed": String(isWeek === Boolean(i)) }, label),
  );
  buttons.forEach((one, i) =>
    one.addEventListener("click", () => {
      buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === one)));
      onChoose(Boolean(i));
    }),
  );
  return h("div", { class: "segments", role: "group", "aria-label": t("View") }, buttons);
}

/** @param {() => void} onNew */
function emptySchedules(onNew) {
  return h(
    "div",
    { class: "empty dotted" },
    h("h2", { class: "empty-title" }, t("Nothing starts by itself")),
    h(
      "p",
      null,
      t("A schedule runs an agent at the times that you choose, with inputs of its own. It goes when its agent goes."),
    ),
    h("div", { class: "empty-actions" }, button(t("New schedule"), "plus", onNew, "filled")),
  );
}
