/** What mends a run that a budget or a limit has ended: the budget or the limit itself. */

import { listBudgets } from "../api/costs.js";
import { h } from "../dom.js";
import { t } from "../messages.js";
import { paths } from "../router.js";

/**
 * @param {string} graphId @param {string} runId @param {string|undefined} code of the run's error
 * @returns {HTMLElement|null} null: nothing is known to mend it
 */
export function limitRepair(graphId, runId, code) {
  if (code === "budget_exceeded") return actions(budgetLink(graphId));
  if (code !== "limit_exceeded") return null;
  return actions(
    h("a", { class: "button filled", href: paths.agentTab(graphId, "settings") }, t("Change the limits")),
    // The limits of a single run stand in the same form.
    h("a", { class: "button quiet", href: paths.agentLikeRun(graphId, runId) }, t("Change inputs")),
  );
}

/** @param {string} graphId */
function budgetLink(graphId) {
  const link = h("a", { class: "button filled", href: paths.budget(null) }, t("Raise budget"));
  listBudgets().then(
    ({ budgets }) => {
      // The one that has the least left is the one that stood in the way.
      const [tightest] = budgets
        .filter((one) => !one.graph_id || one.graph_id === graphId)
        .sort((a, b) => a.left_credits - b.left_credits);
      if (tightest) link.href = paths.budget(tightest.graph_id);
    },
    () => {}, // the page of costs has them all
  );
  return link;
}

/** @param {HTMLElement[]} repairs */
function actions(...repairs) {
  return h("div", { class: "problem-actions" }, repairs);
}
