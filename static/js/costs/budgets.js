/** What may be spent in a month, how it stands, and the form that changes it. */

import { listBudgets, putBudget } from "../api/costs.js";
import { fill, h, uniqueId } from "../dom.js";
import { credits } from "../library/words.js";
import { t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { toast, toastError } from "../toast.js";

/** @typedef {import("../api/costs.js").Budget} Budget */
/** @typedef {{id: string, name: string}} Agent `id` is the graph's */

/** Of all agents together, where a list or an address needs a text. */
export const ALL = "all";

/**
 * @param {Budget[]} budgets @param {Agent[]} agents
 * @returns {{element: HTMLElement, edit: (id: string) => void}} `edit` opens the form for a graph id, or ALL
 */
export function budgetsCard(budgets, agents) {
  const element = h("section", { class: "card", "aria-label": t("Budgets of a month") });
  let now = budgets;
  const place = h("div");
  const edit = (/** @type {string} */ id) => {
    const form = budgetForm(now, agents, id, (next) => ((now = next), fill(place), draw()));
    fill(place, form.element);
    form.focus();
  };
  const draw = () => {
    const add = button(t("Set a budget"), "plus", () => edit(ALL), "small");
    const rows = now.map((budget) => budgetRow(budget, agents, edit));
    const none = t("None. With one, a start that could cost more than the month has left is refused, and so is each call.");
    fill(
      element,
      h("div", { class: "card-head" }, h("h2", null, t("Budgets of a month")), h("span", { class: "grow" }), add),
      place,
      rows.length ? h("ul", { class: "budgets" }, rows) : h("p", { class: "card-body muted" }, none),
    );
  };
  draw();
  return { element, edit };
}

/** @param {Budget} budget @param {Agent[]} agents @param {(id: string) => void} edit */
function budgetRow(budget, agents, edit) {
  const id = budget.graph_id ?? ALL;
  const name = budget.graph_id ? nameOf(agents, budget.graph_id) : t("All agents together");
  const change = h("button", { class: "button small", type: "button" }, t("Change"));
  change.setAttribute("aria-label", t("Change the budget of {name}", { name }));
  change.addEventListener("click", () => edit(id));
  return h("li", null, h("div", { class: "budget-head" }, h("b", { class: "cost-name" }, name), change), budgetBar(budget));
}

/** How a budget stands. @param {Budget} budget @returns {HTMLElement} */
export function budgetBar(budget) {
  const { monthly_credits: all, spent_credits: spent, reserved_credits: reserved, left_credits: left } = budget;
  const part = (/** @type {string} */ name, /** @type {number} */ sum) => {
    const element = h("i", { class: `budget-${name}` });
    element.style.width = `${Math.min(100, (100 * sum) / Math.max(all, 1))}%`;
    return element;
  };
  const words = t("{spent} of {all} spent, {left} left", { spent: credits(spent), all: credits(all), left: credits(left) });
  const running = reserved ? t("{sum} reserved by what runs", { sum: credits(reserved) }) : "";
  return h(
    "div",
    { class: `budget ${left ? "" : "is-spent"}`.trim() },
    h("span", { class: "budget-bar", "aria-hidden": "true" }, part("spent", spent), part("reserved", reserved)),
    h("span", { class: "budget-words" }, [words, running].filter(Boolean).join(", ")),
  );
}

/** @param {Budget[]} budgets @param {Agent[]} agents @param {string} id @param {(budgets: Budget[]) => void} onChange */
function budgetForm(budgets, agents, id, onChange) {
  const [whose, amount] = [uniqueId(), uniqueId()];
  const options = [
    h("option", { value: ALL }, t("All agents together")),
    ...agents.map((one) => h("option", { value: one.id }, one.name)),
  ];
  const select = h("select", { class: "input", id: whose }, options);
  select.value = id;
  const input = amountInput(amount);
  const take = button(t("No budget"), "trash", () => void save(null), "quiet");
  const show = () => {
    const own = budgets.find((one) => (one.graph_id ?? ALL) === select.value);
    input.value = own ? String(own.monthly_credits / 100) : "";
    take.hidden = !own;
  };
  select.addEventListener("change", show);
  show();
  const keep = button(t("Save"), "check", (pressed) => void save(readAmount(input), pressed));
  const save = async (/** @type {number|null} */ sum, /** @type {HTMLButtonElement} */ pressed = take) => {
    if (!input.reportValidity()) return;
    const graphId = select.value === ALL ? null : select.value;
    await whileBusy(pressed, t("Saving"), () => saveBudget(graphId, sum, onChange));
  };
  const element = h(
    "div",
    { class: "card-body budget-form" },
    h("div", { class: "field" }, h("label", { class: "field-label", for: whose }, t("Who")), select),
    h("div", { class: "field" }, h("label", { class: "field-label", for: amount }, t("Dollars a month")), input),
    h("div", { class: "budget-actions" }, keep, take),
  );
  return { element, focus: () => input.focus() };
}

/** @param {string} [id] @returns {HTMLInputElement} */
export function amountInput(id) {
  return h("input", { class: "input", id, type: "number", min: 0, max: 10_000_000, step: "0.01", inputmode: "decimal" });
}

/** @param {HTMLInputElement} input in dollars @returns {number|null} credits; null where it is empty */
export function readAmount(input) {
  return input.value.trim() ? Math.round(Number(input.value) * 100) : null;
}

/** @param {string|null} graphId @param {number|null} sum @param {(budgets: Budget[]) => void} onChange */
export async function saveBudget(graphId, sum, onChange) {
  try {
    const { budgets } = await putBudget(graphId, sum);
    toast(
      sum === null ? t("There is no such budget any more.") : t("The month may cost {sum} from now on.", { sum: credits(sum) }),
    );
    onChange(budgets);
  } catch (error) {
    toastError(error, t("The budget was not saved"));
  }
}

/** @param {Agent[]} agents @param {string} id */
function nameOf(agents, id) {
  return agents.find((one) => one.id === id)?.name ?? t("An agent that is archived");
}

/** @param {string} graphId @returns {Promise<Budget|null>} */
export async function budgetOf(graphId) {
  return (await listBudgets()).budgets.find((one) => one.graph_id === graphId) ?? null;
}
