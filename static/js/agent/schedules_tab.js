/** When an agent starts by itself. */

import { listFires, listSchedules } from "../api/schedules.js";
import { fill, h } from "../dom.js";
import { inOrder } from "../in_order.js";
import { t } from "../messages.js";
import { button } from "../page_head.js";
import { ScheduleForm } from "../schedules/form.js";
import { fireHistory } from "../schedules/history.js";
import { scheduleTable } from "../schedules/table.js";
import { loadStyles } from "../styles.js";
import { toastError } from "../toast.js";

const FIRES = 500;

/** @type {import("../views/agent.js").TabView} */
export async function showSchedulesTab(box, { graph }) {
  const list = h("div", { class: "stack" });
  const place = h("div");
  const ask = () => Promise.all([listSchedules(), listFires(FIRES), loadStyles("schedules.css")]);
  const load = inOrder(ask, ([all, fires]) => {
    const schedules = all.filter((one) => one.graph_id === graph.id);
    const own = fires.filter((fire) => fire.graph_id === graph.id);
    add.hidden = !schedules.length;
    if (!schedules.length) return fill(list, empty(openNew), own.length ? fireHistory(own) : null);
    fill(list, scheduleTable(schedules, own, reload), own.length ? fireHistory(own) : null);
  });
  const reload = () => (place.replaceChildren(), void load().catch((error) => toastError(error)));
  const openNew = () => {
    const form = new ScheduleForm(null, reload, graph.id);
    if (graph.recommended_schedule_cron) form.cron.value = graph.recommended_schedule_cron;
    const head = h("div", { class: "card-head" }, h("h2", null, t("New schedule")));
    fill(
      place,
      h(
        "section",
        { class: "card new-schedule", "aria-label": t("New schedule") },
        head,
        h("div", { class: "card-body" }, form.element),
      ),
    );
    form.load().catch((error) => toastError(error));
    form.name.focus();
  };
  const add = button(t("New schedule"), "plus", openNew);
  fill(box, h("div", { class: "tab-actions" }, add), place, list);
  await load();
}

/** @param {() => void} onNew */
function empty(onNew) {
  return h(
    "div",
    { class: "empty dotted" },
    h("h2", { class: "empty-title" }, t("It starts only when you start it")),
    h("p", null, t("A schedule runs it at the times that you choose, with inputs of its own.")),
    h("div", { class: "empty-actions" }, button(t("New schedule"), "plus", onNew, "filled")),
  );
}
