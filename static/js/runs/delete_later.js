/** Runs that are deleted: they are out of sight at once, and gone when the toast with its Undo is. */

import { deleteExecution } from "../api.js";
import { plural, t } from "../messages.js";
import { hasEnded } from "../status.js";
import { toast, toastError } from "../toast.js";

/** @typedef {import("../types.js").GraphExecution} GraphExecution */

/** @type {Set<string>} */
const leaving = new Set();

/** @param {GraphExecution} run @returns {boolean} whether it is as good as deleted */
export const isLeaving = (run) => leaving.has(run.id);

/** @param {GraphExecution[]} runs those that have not ended stay @param {() => void} onChange draws the list anew */
export function deleteRuns(runs, onChange) {
  const ids = runs.filter((run) => hasEnded(run.status)).map((run) => run.id);
  if (!ids.length) return toast(t("A run that goes on is stopped first."));
  for (const id of ids) leaving.add(id);
  onChange();
  const finish = () => {
    removeEventListener("pagehide", finish);
    void deleteAll(ids).then(onChange);
  };
  const undo = () => {
    removeEventListener("pagehide", finish);
    for (const id of ids) leaving.delete(id);
    onChange();
  };
  // Whoever leaves the page has not taken it back.
  addEventListener("pagehide", finish);
  const text = plural(ids.length, "{n} run is deleted.", "{n} runs are deleted.");
  toast(text, { action: { label: t("Undo"), run: undo }, onGone: finish });
}

/** @param {string[]} ids */
async function deleteAll(ids) {
  try {
    for (const id of ids) await deleteExecution(id);
  } catch (error) {
    toastError(error, t("The run was not deleted"));
  }
  for (const id of ids) leaving.delete(id);
}
