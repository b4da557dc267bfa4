/** The presets of an agent: run, changed, deleted, and why one does not fit any more. */

import { listCards } from "../api/library.js";
import { deletePreset, listPresetsOf } from "../api/presets.js";
import { confirmLoss } from "../dialog.js";
import { fill, h } from "../dom.js";
import { cut } from "../format.js";
import { icon } from "../icons.js";
import { inOrder } from "../in_order.js";
import { t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { go, paths } from "../router.js";
import { startPreset } from "../start_run.js";
import { toast, toastError } from "../toast.js";
import { PresetForm } from "./preset_form.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {import("../api/presets.js").Preset} Preset */

/** @type {import("../views/agent.js").TabView} */
export async function showPresets(box, { graph }) {
  const list = h("div", { class: "stack" });
  const place = h("div");
  const ask = () => listPresetsOf(graph.id);
  const load = inOrder(ask, (presets) => {
    const rows = presets.map((preset) => presetRow(preset, graph, reload));
    fill(list, rows.length ? h("ul", { class: "card presets" }, rows) : noPresets(openNew));
    add.hidden = !rows.length;
  });
  const reload = () => (place.replaceChildren(), void load().catch((error) => toastError(error)));
  const openNew = async () => {
    const [card] = await listCards([graph.id]).catch(() => []);
    const form = new PresetForm(graph, null, card?.runs ?? [], reload);
    const head = h("div", { class: "card-head" }, h("h2", null, t("New preset")));
    fill(
      place,
      h("section", { class: "card", "aria-label": t("New preset") }, head, h("div", { class: "card-body" }, form.element)),
    );
    form.load().catch((error) => toastError(error));
    form.name.focus();
  };
  const add = button(t("New preset"), "plus", () => void openNew());
  fill(box, h("div", { class: "tab-actions" }, add), place, list);
  await load();
}

/** @param {Preset} preset @param {Graph} graph @param {() => void} onChange */
function presetRow(preset, graph, onChange) {
  const more = h("div", { class: "card-body", hidden: true });
  const edit = button(t("Edit"), "file", () => toggle(), "small");
  const toggle = () => {
    more.hidden = !more.hidden;
    if (more.hidden || more.hasChildNodes()) return;
    const form = new PresetForm(graph, preset, [], onChange);
    fill(more, form.element);
    form.load().catch((error) => toastError(error));
  };
  const remove = button(t("Delete"), "trash", () => void removePreset(preset, onChange), "small quiet");
  const toForm = h("a", { class: "button small quiet", href: paths.agentWithPreset(graph.id, preset.id) }, t("Fill in the form"));
  toForm.hidden = preset.webhook_id !== null;
  toForm.setAttribute("aria-label", t("Fill in the form with {name}", { name: preset.name }));
  const values = Object.entries(preset.inputs).map(
    ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return h(
    "li",
    { class: "preset" },
    h(
      "div",
      { class: "preset-row" },
      h(
        "div",
        { class: "preset-text" },
        h("h2", null, preset.name),
        preset.description ? h("p", null, preset.description) : null,
        h("p", { class: "muted", title: values.join("\n") }, cut(values.join(", "), 160) || t("No inputs")),
        preset.is_broken ? brokenWords(preset) : null,
      ),
      h("div", { class: "preset-actions" }, runButton(preset, graph), toForm, edit, remove),
    ),
    more,
  );
}

/** @param {Preset} preset @param {Graph} graph */
function runButton(preset, graph) {
  if (preset.webhook_id)
    return h("a", { class: "button small", href: paths.agentTab(graph.id, "triggers") }, t("Starts by a trigger"));
  const press = async (/** @type {HTMLButtonElement} */ pressed) => {
    try {
      const runId = await whileBusy(pressed, t("Starting"), () => startPreset(preset.id));
      if (runId) go(paths.run(graph.id, runId));
    } catch (error) {
      toastError(error, t("It did not start"));
    }
  };
  const element = button(t("Run"), "play", (pressed) => void press(pressed), "small soft");
  element.setAttribute("aria-label", t("Run {name}", { name: preset.name }));
  element.disabled = preset.is_broken;
  return element;
}

/** @param {Preset} preset */
function brokenWords(preset) {
  const lines = preset.problems.map((problem) => h("li", null, problem.message));
  const why = h("p", null, t("It does not fit the active version of the agent:"));
  return h("div", { class: "preset-broken" }, icon("alert", "tone-wait"), h("div", null, why, h("ul", null, lines)));
}

/** @param {Preset} preset @param {() => void} onChange */
async function removePreset(preset, onChange) {
  const title = t("Delete the preset “{name}”?", { name: preset.name });
  if (!(await confirmLoss({ title, text: t("Its runs stay."), verb: t("Delete") }))) return;
  try {
    await deletePreset(preset.id);
    toast(t("The preset is deleted."));
    onChange();
  } catch (error) {
    toastError(error, t("The preset was not deleted"));
  }
}

/** @param {() => Promise<void>} onNew */
function noPresets(onNew) {
  return h(
    "div",
    { class: "empty dotted" },
    h("h2", { class: "empty-title" }, t("No presets")),
    h("p", null, t("A preset keeps inputs under a name: the weekly report, the test customer. It runs with one press.")),
    h(
      "div",
      { class: "empty-actions" },
      button(t("New preset"), "plus", () => void onNew(), "filled"),
    ),
  );
}
