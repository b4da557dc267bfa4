/** Costs: what runs have cost, by day, agent, model and block; the runs behind it; and what a month may cost. */

import { getCosts, listBudgets, listCostRuns } from "../api/costs.js";
import { listGraphNames } from "../api.js";
import { breakdown } from "../costs/breakdown.js";
import { budgetsCard } from "../costs/budgets.js";
import { costChart } from "../costs/chart.js";
import { askedFor, costsAddress, FILTERS } from "../costs/place.js";
import { runsBehind } from "../costs/runs.js";
import { timeBar } from "../costs/time_bar.js";
import { agentName, blockName, modelName } from "../costs/words.js";
import { toCsv } from "../csv.js";
import { fill, h } from "../dom.js";
import { fileName } from "../format.js";
import { icon } from "../icons.js";
import { credits } from "../library/words.js";
import { plural, t } from "../messages.js";
import { button, pageHead } from "../page_head.js";
import { loadStyles } from "../styles.js";
import { saveFile } from "../save_file.js";

/** @typedef {import("../api/costs.js").CostReport} CostReport */

/** @type {import("../pages.js").View} */
export async function showCosts(main, place, signal) {
  const query = place.query;
  const asked = askedFor(query);
  const answers = [getCosts(asked), listCostRuns(asked), listBudgets(), listGraphNames(), loadStyles("costs.css")];
  const [report, runs, { budgets }, graphs] = await Promise.all(/** @type {any[]} */ (answers));
  if (signal.aborted) return;
  const zone = h("span", { class: "muted wide-only" }, t("Days in {zone}", { zone: report.timezone }));
  const actions = [button(t("Download CSV"), "download", () => saveCsv(report))];
  const agents = graphs.map((/** @type {any} */ one) => ({ id: one.id, name: one.name || t("Agent without a name") }));
  const card = budgetsCard(budgets, agents);
  const behind = runsBehind(runs, report.cost_credits);
  fill(
    main,
    pageHead({ title: t("Costs"), beside: zone, actions }),
    h("div", { class: "costs" }, overview(report, query), card.element, breakdowns(report, query), behind),
  );
  const wanted = query.get("budget");
  if (wanted) card.edit(wanted);
}

/** @param {CostReport} report @param {URLSearchParams} query */
function overview(report, query) {
  return h(
    "section",
    { class: "card cost-overview", "aria-label": t("Cost by day") },
    h("div", { class: "card-head" }, timeBar(report, query)),
    chips(report, query),
    h(
      "p",
      { class: "cost-sum" },
      h("b", null, credits(report.cost_credits)),
      h("span", { class: "muted" }, plural(report.charges, "{n} charge", "{n} charges")),
    ),
    report.cost_credits ? costChart(report, query) : h("p", { class: "card-body muted" }, nothing(query)),
  );
}

/** @param {URLSearchParams} query */
function nothing(query) {
  const isNarrowed = FILTERS.some((key) => query.has(key));
  if (isNarrowed) return t("Nothing of this has cost anything in this time.");
  return t("Nothing has cost anything in this time. Most blocks are free; what one costs stands beside it in the builder.");
}

/** What narrows the page; a press takes it away. @param {CostReport} report @param {URLSearchParams} query */
function chips(report, query) {
  const [agent, block] = [report.agents[0], report.blocks[0]];
  const model = { provider: query.get("provider") ?? "", model: query.get("model") ?? "" };
  /** @type {[string[], string][]} */
  const all = [
    [["graph_id"], agent ? agentName(agent) : t("This agent")],
    [["provider", "model"], modelName(model)],
    [["block_id"], block ? blockName(block) : t("This block")],
  ];
  const links = all
    .filter(([keys]) => keys.some((key) => query.has(key)))
    .map(([keys, name]) => {
      const href = costsAddress(query, Object.fromEntries(keys.map((key) => [key, null])));
      return h("a", { class: "cost-chip", href, title: t("Show all again") }, name, icon("cross"));
    });
  if (!links.length) return null;
  return h("div", { class: "cost-chips", role: "group", "aria-label": t("Only") }, links);
}

/** @param {CostReport} report @param {URLSearchParams} query */
function breakdowns(report, query) {
  /** @param {Record<string, string>} of */
  const choice = (of) => {
    const isChosen = Object.entries(of).every(([key, value]) => query.get(key) === value);
    const change = isChosen ? Object.fromEntries(Object.keys(of).map((key) => [key, null])) : of;
    return { href: costsAddress(query, change), isChosen };
  };
  const sums = (/** @type {{cost_credits: number, charges: number}} */ one) => ({ cost: one.cost_credits, charges: one.charges });
  const agents = report.agents.map((one) => ({ name: agentName(one), ...sums(one), ...choice({ graph_id: one.graph_id }) }));
  const models = report.models.map((one) => {
    return { name: modelName(one), ...sums(one), ...choice({ provider: one.provider, model: one.model }) };
  });
  const blocks = report.blocks.map((one) => ({ name: blockName(one), ...sums(one), ...choice({ block_id: one.block_id }) }));
  return h(
    "div",
    { class: "cost-breakdowns" },
    breakdown(t("By agent"), agents),
    breakdown(t("By model"), models),
    breakdown(t("By block"), blocks),
  );
}

/** @param {CostReport} report */
function saveCsv(report) {
  const dollars = (/** @type {{cost_credits: number, charges: number}} */ one) => [one.cost_credits / 100, one.charges];
  const rows = [
    ["by", "name", "provider", "cost_usd", "charges"],
    ...report.days.filter((one) => one.cost_credits).map((one) => ["day", one.day, "", ...dollars(one)]),
    ...report.agents.map((one) => ["agent", agentName(one), "", ...dollars(one)]),
    ...report.models.map((one) => ["model", one.model, one.provider, ...dollars(one)]),
    ...report.blocks.map((one) => ["block", blockName(one), "", ...dollars(one)]),
  ];
  saveFile(fileName(`costs ${report.from} ${report.to}`, "csv"), toCsv(rows));
}
