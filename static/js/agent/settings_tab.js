/** What holds for an agent: its name, whether it waits, its limits, how long its runs are kept, and its end. */

import { deleteGraph, listGraphExecutions } from "../api.js";
import { getRetention, setRetention } from "../api/agent.js";
import { getAgentOfGraph, listFolders, updateAgent } from "../api/library.js";
import { amountInput, budgetBar, budgetOf, readAmount, saveBudget } from "../costs/budgets.js";
import { confirmLoss } from "../dialog.js";
import { fill, h, uniqueId } from "../dom.js";
import { putAway } from "../library/put_away.js";
import { askFolder, flatten, folderPath, moveTo } from "../library/folders.js";
import { plural, t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { go, paths } from "../router.js";
import { loadStyles } from "../styles.js";
import { toast, toastError } from "../toast.js";
import { hostsCard } from "./hosts_card.js";
import { LimitFields } from "./limit_fields.js";
import { saveTexts } from "./texts.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {import("../api/library.js").LibraryAgent} LibraryAgent */

/** @type {import("../views/agent.js").TabView} */
export async function showAgentSettings(box, { graph, reopen }) {
  const answers = [getAgentOfGraph(graph.id), getRetention(graph.id), listFolders(), budgetOf(graph.id), loadStyles("costs.css")];
  const [agent, retention, folders, budget] = await Promise.all(/** @type {any[]} */ (answers));
  fill(
    box,
    h(
      "div",
      { class: "stack agent-settings" },
      nameCard(graph, reopen),
      startsCard(agent, folders, reopen),
      limitsCard(agent),
      card(t("Hosts that it may reach"), ...hostsCard(agent, saveButton)),
      budgetCard(graph, budget),
      retentionCard(graph, retention),
      endCard(graph, agent),
    ),
  );
}

/** @param {string} title @param {...any} children */
function card(title, ...children) {
  const body = h("div", { class: "card-body stack" }, children);
  return h("section", { class: "card", "aria-label": title }, h("div", { class: "card-head" }, h("h2", null, title)), body);
}

/** @param {string} label @param {HTMLElement} control @param {string} [hint] */
function field(label, control, hint) {
  control.id = uniqueId();
  const note = hint ? h("p", { class: "field-hint" }, hint) : null;
  return h("div", { class: "field" }, h("label", { class: "field-label", for: control.id }, label), control, note);
}

/** @param {() => Promise<any>} work @param {string} done */
function saveButton(work, done) {
  return button(t("Save"), "check", (pressed) => {
    const save = whileBusy(pressed, t("Saving"), work);
    void save.then(
      () => toast(done),
      (error) => toastError(error, t("Not saved")),
    );
  });
}

/** @param {Graph} graph @param {() => void} reopen */
function nameCard(graph, reopen) {
  const name = h("input", { class: "input", maxlength: 1000, ".value": graph.name });
  const about = h("textarea", { class: "input", rows: 3, ".value": graph.description ?? "" });
  const save = async () => {
    await saveTexts(graph, { name: name.value.trim() || graph.name, description: about.value });
    reopen();
  };
  const done = t("Saved as the next version.");
  return card(t("Name"), field(t("Name"), name), field(t("Description"), about), h("div", null, saveButton(save, done)));
}

/** @param {LibraryAgent} agent @param {import("../api/library.js").Folder[]} folders @param {() => void} reopen */
function startsCard(agent, folders, reopen) {
  const all = flatten(folders);
  const choose = () =>
    askFolder(
      t("Move “{name}”", { name: agent.name }),
      all,
      agent.folder_id,
      (folder) => void moveTo([agent.id], folder, reopen),
    );
  const safe = (/** @type {"human_in_the_loop_safe_mode"|"sensitive_action_safe_mode"} */ name) => ({
    isOn: agent.settings[name],
    change: (/** @type {boolean} */ on) => updateAgent(agent.id, { settings: { [name]: on } }),
  });
  const human = safe("human_in_the_loop_safe_mode");
  const sensitive = safe("sensitive_action_safe_mode");
  return card(
    t("How it runs"),
    toggle(t("Paused: schedules and triggers wait"), agent.is_paused, (on) => updateAgent(agent.id, { is_paused: on })),
    toggle(t("Favourite"), agent.is_favorite, (on) => updateAgent(agent.id, { is_favorite: on })),
    toggle(t("Ask me at Human In The Loop blocks"), human.isOn, human.change),
    toggle(t("Ask me before a block does what cannot be taken back"), sensitive.isOn, sensitive.change),
    h(
      "div",
      { class: "settings-line" },
      h("span", { class: "grow" }, t("Folder: {name}", { name: agent.folder_id ? folderPath(all, agent.folder_id) : t("none") })),
      button(t("Move"), "folder", choose),
    ),
  );
}

/** @param {string} label @param {boolean} isOn @param {(on: boolean) => Promise<any>} change */
function toggle(label, isOn, change) {
  const box = h("input", { type: "checkbox", role: "switch", checked: isOn });
  box.addEventListener("change", () =>
    change(box.checked).catch((error) => {
      box.checked = !box.checked;
      toastError(error, t("Not saved"));
    }),
  );
  return h("label", { class: "switch" }, box, label);
}

/** @param {LibraryAgent} agent */
function limitsCard(agent) {
  const fields = new LimitFields(agent.limits ?? {}, true);
  const save = () => updateAgent(agent.id, { limits: fields.read() });
  const note = t("An empty field is as the server's settings say. A run that reaches one ends before it spends more.");
  const done = t("The limits hold for runs that begin from now on.");
  return card(
    t("Limits of each run"),
    fields.element,
    h("p", { class: "field-hint" }, note),
    h("div", null, saveButton(save, done)),
  );
}

/** @param {Graph} graph @param {import("../api/costs.js").Budget|null} budget */
function budgetCard(graph, budget) {
  const input = amountInput();
  input.value = budget ? String(budget.monthly_credits / 100) : "";
  const state = h("div");
  const draw = (/** @type {import("../api/costs.js").Budget|null} */ now) => {
    const none = t("None: only the limits of each run and the budget of all agents hold.");
    fill(state, now ? budgetBar(now) : h("p", { class: "muted" }, none));
  };
  draw(budget);
  const own = (/** @type {import("../api/costs.js").Budget[]} */ all) =>
    draw(all.find((one) => one.graph_id === graph.id) ?? null);
  const save = button(t("Save"), "check", (pressed) => {
    if (!input.reportValidity()) return;
    void whileBusy(pressed, t("Saving"), () => saveBudget(graph.id, readAmount(input), own));
  });
  const note = t(
    "What the agent may cost in a month, with all that it calls. An empty field is no budget; 0 lets only free blocks run.",
  );
  return card(t("Budget of a month"), state, field(t("Dollars a month"), input, note), h("div", null, save));
}

/** @param {Graph} graph @param {import("../api/agent.js").Retention} retention */
function retentionCard(graph, retention) {
  const input = (/** @type {number|null} */ own, /** @type {number} */ now) =>
    h("input", { class: "input", type: "number", min: 0, step: 1, placeholder: String(now), ".value": own ?? "" });
  const days = input(retention.own.days, retention.days);
  const runs = input(retention.own.runs, retention.runs);
  const size = input(retention.own.size_mb, retention.size_mb);
  const read = (/** @type {HTMLInputElement} */ one) => (one.value.trim() ? Number(one.value) : null);
  const save = () => setRetention(graph.id, { days: read(days), runs: read(runs), size_mb: read(size) });
  const note = t("An empty field is as the server's settings say, 0 keeps everything. Runs that go on are never removed.");
  return card(
    t("How long runs are kept"),
    h("div", { class: "limit-fields" }, field(t("Days"), days), field(t("Runs"), runs), field(t("Megabytes"), size)),
    h("p", { class: "field-hint" }, note),
    h("div", null, saveButton(save, t("The rule holds from the next pass on."))),
  );
}

/** @param {Graph} graph @param {LibraryAgent} agent */
function endCard(graph, agent) {
  const running = h("input", { type: "checkbox", role: "switch" });
  const back = () => go(paths.library());
  const archive = button(t("Archive"), "archive", () => void putAway(agent, back, running.checked ? "finish" : "stop"));
  return card(
    t("Archive or delete"),
    h(
      "p",
      { class: "muted" },
      t("In the archive it cannot run. Its schedules and triggers end and do not come back with it; versions and runs stay."),
    ),
    h("label", { class: "switch" }, running, t("Let runs that go on finish when it is archived")),
    h(
      "div",
      { class: "settings-line" },
      archive,
      button(t("Delete"), "trash", () => void removeAgent(graph), "delete"),
    ),
  );
}

/** @param {Graph} graph */
async function removeAgent(graph) {
  const runs = await listGraphExecutions(graph.id).catch(() => []);
  const lost = runs.length
    ? plural(runs.length, "All its versions and its run go with it.", "All its versions and its {n} runs go with it.")
    : t("All its versions go. It has not run yet.");
  const text = t("{text} Export it first to keep a copy.", { text: lost });
  if (!(await confirmLoss({ title: t("Delete “{name}”?", { name: graph.name }), text, verb: t("Delete") }))) return;
  try {
    await deleteGraph(graph.id);
    toast(t("“{name}” is deleted.", { name: graph.name }));
    go(paths.library());
  } catch (error) {
    toastError(error, t("The agent was not deleted"));
  }
}
