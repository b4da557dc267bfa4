/** The copies of the database: which days have one, each to be downloaded, and how one is restored. */

import { downloadBackup, makeBackup } from "../api/system.js";
import { h } from "../dom.js";
import { exactTime, size, timeMs, when, whenComing } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { saveFile } from "../save_file.js";
import { toast, toastError } from "../toast.js";
import { backupDays } from "./backup_days.js";
import { card } from "./cards.js";

/** @typedef {import("../api/system.js").Status} Status */

export const OLD_BACKUP_MS = 8 * 86_400_000;

/** @param {Status} status @param {() => void} onChange */
export function backupsCard(status, onChange) {
  const make = button(t("Back up now"), "archive", (pressed) => void backUp(pressed, onChange), "small filled");
  const rows = status.backups.map((one) => backupRow(one));
  const list = h("ul", { class: "system-list backup-list" }, rows);
  const newest = status.backups[0];
  const isOld = !newest || Date.now() - timeMs(newest.made_at) > OLD_BACKUP_MS;
  const days = h(
    "div",
    { class: "card-body" },
    backupDays(status.backups, isOld),
    gapWords(newest, isOld),
    nextWords(status.backup_plan),
  );
  const how = h(
    "details",
    { class: "backup-how" },
    h("summary", null, t("How to restore one")),
    h("p", null, t("Stop the server, then:"), " ", h("code", null, "autogpt-lite restore FILE")),
    h(
      "p",
      null,
      t(
        "The database that was there is kept beside it. The key of stored secrets is in no backup: keep a copy of credentials.key.",
      ),
    ),
  );
  return card(t("Backups"), make, days, rows.length ? list : null, how);
}

/** @param {Status["backups"][number]|undefined} newest @param {boolean} isOld */
function gapWords(newest, isOld) {
  const gap = newest ? t("None since {time}.", { time: when(timeMs(newest.made_at)) }) : t("None was made yet.");
  return h(
    "p",
    { class: "backup-gap" },
    isOld ? h("b", { class: "tone-wait" }, gap, " ") : null,
    t("A square is a day, the last is today. The newest ten are kept."),
  );
}

/** @param {Status["backup_plan"]} plan */
function nextWords(plan) {
  const change = h("a", { class: "link-button", href: "/settings?show=retention" }, t("Change"));
  const problem = plan.problem ? h("b", { class: "tone-wait" }, plan.problem, " ") : null;
  return h("p", { class: "backup-gap" }, problem, whenNext(plan), " ", change);
}

/** @param {Status["backup_plan"]} plan @returns {string} */
function whenNext({ every_hours: hours, next_at: nextAt, has_nothing_new: hasNothingNew }) {
  if (!hours || nextAt === null) return t("None is made by itself.");
  const time = whenComing(timeMs(nextAt));
  if (hasNothingNew) return t("Nothing has changed since the last one. The server looks again {time}.", { time });
  return t("The server makes the next one {time}.", { time });
}

/** @param {Status["backups"][number]} one */
function backupRow(one) {
  const at = timeMs(one.made_at);
  const label = t("Download the backup of {time}", { time: when(at) });
  const save = h(
    "button",
    { class: "button quiet square small", type: "button", title: label, "aria-label": label },
    icon("download"),
  );
  save.addEventListener("click", async () => {
    save.disabled = true;
    await saveBackup(one.name).catch((error) => toastError(error, t("The backup was not downloaded")));
    save.disabled = false;
  });
  const time = h("time", { class: "grow", title: exactTime(at) }, when(at));
  return h("li", { title: one.name }, icon("archive"), time, h("b", null, size(one.size_bytes)), save);
}

/** @param {string} name */
async function saveBackup(name) {
  saveFile(name, await downloadBackup(name));
}

/** @param {HTMLButtonElement} pressed @param {() => void} onChange */
async function backUp(pressed, onChange) {
  try {
    const made = await whileBusy(pressed, t("Backing up"), makeBackup);
    toast(t("{name} is made, {size}.", { name: made.name, size: size(made.size_bytes) }));
    onChange();
  } catch (error) {
    toastError(error, t("No backup was made"));
  }
}
