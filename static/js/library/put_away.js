/**
 * Agents leave: deleted, or into the archive. Both end at once what would start them, and that does not come back with them. So one is
 * asked where there is something to lose; where there is nothing, an Undo brings all back as it was.
 */

import { getAgentOfGraph, removeAgent, restoreAgent, updateAgent } from "../api/library.js";
import { listPresetsOf } from "../api/presets.js";
import { listSchedulesOf } from "../api/schedules.js";
import { confirmLoss } from "../dialog.js";
import { locale, plural, t } from "../messages.js";
import { toast, toastError } from "../toast.js";

/** @typedef {import("../api/library.js").LibraryAgent} LibraryAgent */

/** @param {LibraryAgent} agent @param {() => void} onChange */
export async function deleteAgent(agent, onChange) {
  try {
    const ends = await whatEnds(agent);
    const title = t("Delete “{name}”?", { name: agent.name });
    if (ends && !(await confirmLoss({ title, text: endsWords(ends), verb: t("Delete") }))) return;
    await removeAgent(agent.id);
    const back = () => void restore(agent, ends, onChange);
    toast(t("“{name}” is deleted.", { name: agent.name }), { action: { label: t("Undo"), run: back } });
    onChange();
  } catch (error) {
    toastError(error, t("The agent was not deleted"));
  }
}

/** Into the archive. @param {LibraryAgent} agent @param {() => void} onChange @param {"stop"|"finish"} [running] what becomes of its runs */
export async function putAway(agent, onChange, running = "stop") {
  try {
    const ends = await whatEnds(agent, running);
    const title = t("Put “{name}” into the archive?", { name: agent.name });
    if (ends && !(await confirmLoss({ title, text: endsWords(ends), verb: t("Archive") }))) return;
    await updateAgent(agent.id, { is_archived: true }, running);
    toast(t("“{name}” is in the archive.", { name: agent.name }));
    onChange();
  } catch (error) {
    toastError(error, t("The agent was not put away"));
  }
}

/** Out of the archive. @param {LibraryAgent} agent @param {() => void} onChange */
export async function bringBack(agent, onChange) {
  try {
    await updateAgent(agent.id, { is_archived: false });
    toast(t("“{name}” is back.", { name: agent.name }));
    onChange();
  } catch (error) {
    toastError(error);
  }
}

/** @param {LibraryAgent} agent @param {string} ends what has not come back, "" for nothing @param {() => void} onChange */
async function restore(agent, ends, onChange) {
  try {
    await restoreAgent(agent.id);
    const { name } = agent;
    toast(ends ? t("“{name}” is back, without {what}.", { name, what: ends }) : t("“{name}” is back.", { name }));
    onChange();
  } catch (error) {
    toastError(error);
  }
}

/**
 * @param {LibraryAgent} agent @param {"stop"|"finish"} [running]
 * @returns {Promise<string>} "2 schedules and 1 trigger", "" where nothing ends that cannot be brought back
 */
async function whatEnds(agent, running = "stop") {
  const { graph_id: id } = agent;
  // Asked anew: the card may be some seconds old.
  const [schedules, presets, now] = await Promise.all([listSchedulesOf(id), listPresetsOf(id), getAgentOfGraph(id)]);
  const triggers = presets.filter((preset) => preset.webhook_id).length;
  const words = [
    schedules.length && plural(schedules.length, "{n} schedule", "{n} schedules"),
    triggers && plural(triggers, "{n} trigger", "{n} triggers"),
    now.activity === "running" && running === "stop" && t("runs that go on"),
  ].filter((word) => typeof word === "string");
  return new Intl.ListFormat(locale).format(words);
}

/** @param {string} ends */
const endsWords = (ends) =>
  t("This ends at once and cannot be brought back: {what}. Its versions and past runs stay.", { what: ends });
