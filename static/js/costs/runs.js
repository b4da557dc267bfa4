/** The runs behind what is shown, the dearest first. */

import { h } from "../dom.js";
import { exactTime, timeMs, when } from "../format.js";
import { credits } from "../library/words.js";
import { t } from "../messages.js";
import { paths } from "../router.js";
import { runLook, statusIcon } from "../status.js";
import { agentName } from "./words.js";

/** @param {{runs: import("../api/costs.js").RunCost[], cost_credits: number}} found @param {number} total of what is shown @returns {HTMLElement} */
export function runsBehind(found, total) {
  const rest = total - found.cost_credits;
  const sum = { sum: credits(rest) };
  const note = found.runs.length
    ? t("{sum} more: runs that are no longer kept, blocks that were run on their own, or smaller sums.", sum)
    : t("{sum} are of runs that are no longer kept, or of blocks that were run on their own.", sum);
  return h(
    "section",
    { class: "card", "aria-label": t("Runs behind it") },
    h("div", { class: "card-head" }, h("h2", null, t("Runs behind it"))),
    found.runs.length ? h("ul", { class: "cost-runs" }, found.runs.map(row)) : null,
    rest > 0 ? h("p", { class: "card-body muted" }, note) : null,
    !found.runs.length && rest <= 0 ? h("p", { class: "card-body muted" }, t("No run has cost anything here.")) : null,
  );
}

/** @param {import("../api/costs.js").RunCost} run */
function row(run) {
  const at = timeMs(run.started_at);
  const look = runLook(/** @type {any} */ ({ status: run.status, stats: null }));
  return h(
    "li",
    null,
    h(
      "a",
      { class: "cost-run", href: paths.run(run.graph_id, run.graph_exec_id) },
      statusIcon(look),
      h("time", { class: "muted", title: exactTime(at) }, when(at)),
      h("b", { class: "cost-name" }, agentName(run)),
      h("span", null, credits(run.cost_credits)),
    ),
  );
}
