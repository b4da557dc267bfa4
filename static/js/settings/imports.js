/** Agents from files that wait until somebody has looked at what they would do. */

import { getReport, listWaitingImports } from "../api/reports.js";
import { fill, h } from "../dom.js";
import { timeMs, when } from "../format.js";
import { askApproval } from "../import_report.js";
import { t } from "../messages.js";
import { button } from "../page_head.js";
import { paths } from "../router.js";
import { toast, toastError } from "../toast.js";

/** @returns {HTMLElement} */
export function importsCard() {
  const list = h("ul", { class: "settings-list" });
  const load = async () => {
    const waiting = await listWaitingImports();
    const none = h(
      "li",
      { class: "muted" },
      t("None waits. An agent from a file that would reach out runs once it was looked at."),
    );
    fill(list, waiting.length ? waiting.map((one) => row(one, reload)) : none);
  };
  const reload = () => void load().catch((error) => toastError(error));
  reload();
  const head = h("div", { class: "card-head" }, h("h2", null, t("Agents that wait for an approval")));
  return h("section", { class: "card", "aria-label": t("Agents that wait for an approval") }, head, list);
}

/** @param {{graph_id: string, name: string, imported_at: string}} one @param {() => void} onChange */
function row(one, onChange) {
  const name = one.name || t("Agent without a name");
  const look = async () => {
    try {
      if (!(await askApproval(await getReport(one.graph_id)))) return;
      toast(t("“{name}” may run now.", { name }));
      onChange();
    } catch (error) {
      toastError(error, t("It was not approved"));
    }
  };
  const imported = t("from a file, {time}", { time: when(timeMs(one.imported_at)) });
  const what = h(
    "span",
    { class: "settings-what" },
    h("a", { href: paths.agent(one.graph_id) }, h("b", null, name)),
    h("span", { class: "muted" }, imported),
  );
  return h(
    "li",
    null,
    what,
    button(t("Look at it"), "search", () => void look(), "small"),
  );
}
