/** A schedule for the agent on the canvas: when it starts by itself, with the next times, and with which inputs. */

import { openDialog } from "../dialog.js";
import { ScheduleForm } from "../schedules/form.js";
import { loadStyles } from "../styles.js";
import { toastError } from "../toast.js";
import { t } from "../messages.js";
import { saveVersion } from "./save.js";

/** Saves what has changed first: a schedule runs what is stored. @param {import("./builder.js").Builder} builder */
export async function openSchedule(builder) {
  if (!(await saveVersion(builder)) || !builder.saved) return;
  await loadStyles("schedules.css");
  const form = new ScheduleForm(null, () => (dialog.close(), dispatchEvent(new Event("schedules-changed"))), builder.saved.id);
  form.agent.closest(".field")?.remove(); // it is the one on the canvas
  if (builder.saved.recommended_schedule_cron) form.cron.value = builder.saved.recommended_schedule_cron;
  const dialog = openDialog(t("Schedule “{name}”", { name: builder.doc.now.name }), form.element);
  dialog.classList.add("schedule-dialog");
  form.load().catch((error) => toastError(error));
  form.name.focus();
}
