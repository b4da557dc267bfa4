/** What an agent from a file would do outside of itself, before it runs for the first time. */

import { approveReport } from "./api/reports.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { locale, t } from "./messages.js";
import { toast } from "./toast.js";

/** @typedef {import("./api/reports.js").Report} Report */
/** @typedef {import("./api/reports.js").ReportLine} ReportLine */

/** @param {Report} report @returns {[string, ReportLine[]][]} what it is called, and its lines; only where there are any */
function sections(report) {
  /** @type {[string, ReportLine[]][]} */
  const all = [
    [t("Addresses that it reaches"), report.hosts],
    [t("Credentials that it uses"), report.credentials],
    [t("Code that it runs"), report.code],
    [t("Files that it reads"), report.files],
    [t("What cannot be taken back"), report.actions],
    [t("Agents that it calls"), report.sub_agents],
    [t("What can start it"), report.triggers],
    [t("Schedule that it proposes"), report.schedules],
  ];
  return all.filter(([, lines]) => lines.length);
}

/** @param {Report} report @returns {string} the kinds of things that it would do, in one line */
export function reportWords(report) {
  const kinds = sections(report).map(([title]) => title.toLowerCase());
  return new Intl.ListFormat(locale, { type: "unit" }).format(kinds);
}

/**
 * Shows the report and asks. Closed without an answer, the agent stays in the library and does not run.
 * @param {Report} report
 * @returns {Promise<boolean>} whether it may run now
 */
export function askApproval(report) {
  return new Promise((resolve) => {
    const later = h(
      "button",
      { class: "button", type: "button", autofocus: true, on: { click: () => dialog.close() } },
      t("Not now"),
    );
    const allow = h(
      "button",
      { class: "button filled", type: "button", on: { click: () => dialog.close("yes") } },
      t("Allow it to run"),
    );
    const dialog = openDialog(
      t("What “{name}” would do", { name: report.name }),
      h("p", { class: "dialog-text" }, t("It came from a file. It runs once you have allowed what it does outside of itself.")),
      sections(report).map(([title, lines]) => [h("h3", null, title), h("ul", { class: "dialog-text" }, lines.map(item))]),
      h("div", { class: "dialog-actions" }, later, allow),
    );
    dialog.classList.add("wide");
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? approve(report) : false));
  });
}

/** @param {Report} report @returns {Promise<boolean>} */
async function approve(report) {
  try {
    await approveReport(report.graph_id);
    return true;
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error));
    return false;
  }
}

/** @param {ReportLine} line */
const item = (line) => h("li", null, line.title && line.title !== line.what ? `${line.what} (${line.title})` : line.what);
