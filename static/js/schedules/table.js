/** The schedules as a list: each opens to be changed. */

import { ApiError } from "../api.js";
import { deleteSchedule, switchSchedule } from "../api/schedules.js";
import { confirmLoss } from "../dialog.js";
import { fill, h } from "../dom.js";
import { exactTime, timeMs, whenComing } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { paths } from "../router.js";
import { runTicks } from "../run_ticks.js";
import { toast, toastError } from "../toast.js";
import { cronWords } from "./cron_words.js";
import { ScheduleForm } from "./form.js";
import { fireLook } from "./fire_words.js";

/** @typedef {import("../api/schedules.js").Schedule} Schedule */
/** @typedef {import("../api/schedules.js").Fire} Fire */

/**
 * @param {Schedule[]} schedules @param {Fire[]} fires of all of them, the newest first
 * @param {() => void} onChange something is other than it is shown
 */
export function scheduleTable(schedules, fires, onChange) {
  const head = h(
    "div",
    { class: "schedule-row schedule-head", "aria-hidden": "true" },
    [t("Agent"), t("When"), t("Next"), t("Last 13"), t("If a start is missed"), ""].map((title) => h("span", null, title)),
  );
  const rows = schedules.map((schedule) => {
    const own = fires.filter((fire) => fire.schedule_id === schedule.id);
    return scheduleRow(schedule, own, onChange);
  });
  return h("section", { class: "card schedules", "aria-label": t("Schedules") }, head, h("ul", null, rows));
}

/** @param {Schedule} schedule @param {Fire[]} fires @param {() => void} onChange */
function scheduleRow(schedule, fires, onChange) {
  const more = h("div", { class: "schedule-more", hidden: true });
  const name = h(
    "button",
    { class: "schedule-name", type: "button", "aria-expanded": "false" },
    schedule.agent_name || t("Agent without a name"),
  );
  name.addEventListener("click", () => {
    more.hidden = !more.hidden;
    name.setAttribute("aria-expanded", String(!more.hidden));
    if (!more.hidden && !more.hasChildNodes()) fill(more, editor(schedule, onChange));
  });
  return h(
    "li",
    null,
    h(
      "div",
      { class: "schedule-row" },
      h("span", { class: "schedule-agent" }, name, h("span", { class: "muted" }, subtitle(schedule))),
      h("span", null, whenWords(schedule), h("code", { class: "schedule-cron" }, `${schedule.cron} ${schedule.timezone}`)),
      nextStart(schedule),
      h("span", { class: "schedule-ticks" }, runTicks(fires.map(fireLook))),
      h("span", { class: "schedule-missed" }, catchUpWords(schedule)),
      onSwitch(schedule, onChange),
    ),
    more,
  );
}

/** @param {Schedule} schedule */
function subtitle(schedule) {
  const from = schedule.origin === "config" ? t("config.toml") : t("version {version}", { version: schedule.graph_version });
  return `${schedule.name} · ${from}`;
}

/** @param {Schedule} schedule */
function whenWords(schedule) {
  const words = cronWords(schedule.cron);
  return words === schedule.cron ? "" : words;
}

/** @param {Schedule} schedule */
function nextStart(schedule) {
  const reason = schedule.paused_reason || t("Paused");
  if (schedule.is_paused)
    return h("span", { class: "schedule-next tone-wait", title: reason }, icon("pause"), h("span", null, reason));
  const at = timeMs(schedule.next_run_time);
  return h("time", { class: "schedule-next", title: exactTime(at) }, whenComing(at));
}

/** @param {Schedule} schedule */
function catchUpWords(schedule) {
  if (schedule.catch_up === "skip") return t("Skip it");
  if (schedule.catch_up === "once") return t("Run once when back");
  return t("Run all, at most {n}", { n: schedule.catch_up_limit });
}

/** @param {Schedule} schedule @param {() => void} onChange */
function onSwitch(schedule, onChange) {
  const label = t("{name} is on", { name: schedule.name || schedule.agent_name || "" });
  const box = h("input", { type: "checkbox", role: "switch", "aria-label": label, checked: !schedule.is_paused });
  box.addEventListener("change", async () => {
    try {
      await switchSchedule(schedule.id, box.checked);
      onChange();
    } catch (error) {
      box.checked = !box.checked;
      toastError(error, t("The schedule was not switched"));
    }
  });
  return h("span", { class: "switch schedule-switch" }, box);
}

/** @param {Schedule} schedule @param {() => void} onChange */
function editor(schedule, onChange) {
  const agent = h("a", { class: "button", href: paths.agent(schedule.graph_id) }, t("To the agent"));
  if (schedule.origin === "config")
    return h(
      "p",
      { class: "muted" },
      t("It stands in config.toml and is changed there, then at the next start. It can be paused here."),
    );
  const remove = h("button", { class: "button delete", type: "button" }, icon("trash"), t("Delete"));
  remove.addEventListener("click", () => void removeSchedule(schedule, onChange));
  const form = new ScheduleForm(schedule, onChange);
  form.load().catch((error) => toastError(error, error instanceof ApiError ? t("The agent could not be read") : undefined));
  return h("div", { class: "stack" }, form.element, h("div", { class: "schedule-actions" }, agent, remove));
}

/** @param {Schedule} schedule @param {() => void} onChange */
async function removeSchedule(schedule, onChange) {
  const title = t("Delete the schedule “{name}”?", { name: schedule.name });
  if (!(await confirmLoss({ title, text: t("Its history goes with it. Its runs stay."), verb: t("Delete") }))) return;
  try {
    await deleteSchedule(schedule.id);
    toast(t("The schedule is deleted."));
    onChange();
  } catch (error) {
    toastError(error, t("The schedule was not deleted"));
  }
}
