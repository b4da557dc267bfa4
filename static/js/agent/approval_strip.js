/** What an agent from a file waits for, on its page: the look at what it would do, which was put off when it came in. */

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { askApproval, reportWords } from "../import_report.js";
import { t } from "../messages.js";
import { button } from "../page_head.js";

/** @param {import("../api/reports.js").Report|null} report @param {() => void} onApproved */
export function approvalStrip(report, onApproved) {
  if (!report?.needs_approval) return null;
  const ask = async () => (await askApproval(report)) && onApproved();
  const text = h(
    "div",
    { class: "banner-text" },
    h("h2", null, t("It needs your approval")),
    h(
      "p",
      null,
      t("It came from a file and does not run before you have seen what it would do: {what}.", { what: reportWords(report) }),
    ),
  );
  return h(
    "section",
    { class: "card banner", "aria-label": t("It needs your approval") },
    h("div", { class: "banner-icon tone-wait" }, icon("hand")),
    text,
    button(t("See what it would do"), "arrow", () => void ask()),
  );
}
