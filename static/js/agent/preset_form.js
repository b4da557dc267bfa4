/** The form of a preset: a name, and the inputs and keys that it holds. */

import { ApiError } from "../api.js";
import { createPreset, updatePreset } from "../api/presets.js";
import { getRunWithInputs } from "../api/values.js";
import { CredentialFields } from "../credential_fields.js";
import { openDialog } from "../dialog.js";
import { fill, h, uniqueId } from "../dom.js";
import { timeMs, when } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { whileBusy } from "../page_head.js";
import { go, paths } from "../router.js";
import { SchemaForm } from "../schema_form.js";
import { toast, toastError } from "../toast.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {import("../api/presets.js").Preset} Preset */

export class PresetForm {
  /**
   * @param {Graph} graph @param {Preset|null} preset null: a new one @param {import("../api/library.js").CardRun[]} runs to take inputs from
   * @param {() => void} onSaved
   */
  constructor(graph, preset, runs, onSaved) {
    this.graph = graph;
    this.preset = preset;
    this.onSaved = onSaved;
    this.turn = 0;
    this.name = h("input", { class: "input", required: true, maxlength: 1000, ".value": preset?.name ?? "" });
    this.about = h("input", { class: "input", maxlength: 4000, ".value": preset?.description ?? "" });
    this.fields = h("div", { class: "stack" });
    this.problem = h("p", { class: "field-error", role: "alert", hidden: true });
    this.button = h(
      "button",
      { class: "button filled", type: "submit" },
      icon("check"),
      h("span", { class: "button-label" }, t("Save preset")),
    );
    this.element = h(
      "form",
      { class: "stack preset-form", novalidate: true },
      labelled(t("Name"), this.name),
      labelled(t("Description"), this.about),
      runs.length && !preset ? labelled(t("Inputs as in"), this.#runChoice(runs)) : null,
      this.fields,
      this.problem,
      h("div", null, this.button),
    );
    this.element.addEventListener("submit", (event) => (event.preventDefault(), void this.#save()));
  }

  /** @returns {Promise<void>} */
  load() {
    this.loading = this.#load();
    return this.loading;
  }

  async #load() {
    this.credentials = await CredentialFields.load(this.graph.credentials_input_schema);
    // Where a run was chosen meanwhile, its inputs are on the way.
    if (this.turn) fill(this.fields, this.inputs?.element, this.credentials.element);
    else await this.#showFields(this.turn, this.preset?.inputs ?? {});
  }

  /** @param {number} turn @param {Record<string, any>} values */
  async #showFields(turn, values) {
    const inputs = await SchemaForm.make(this.graph.input_schema ?? {}, values);
    if (turn !== this.turn) return; // another run was chosen meanwhile
    this.inputs = inputs;
    fill(this.fields, inputs.element, this.credentials?.element);
  }

  /** @param {import("../api/library.js").CardRun[]} runs */
  #runChoice(runs) {
    const options = runs.map((run) =>
      h("option", { value: run.id }, t("the run of {time}", { time: when(timeMs(run.started_at)) })),
    );
    const select = h("select", { class: "input" }, h("option", { value: "" }, t("the form below")), options);
    select.addEventListener("change", () => this.#choose(select.value));
    return select;
  }

  /** @param {string} runId "" for none */
  #choose(runId) {
    this.loading = Promise.all([this.loading, this.#takeInputs(runId)]).then(() => {});
  }

  /** @param {string} runId "" for none */
  async #takeInputs(runId) {
    const turn = (this.turn += 1);
    // What is typed now would be gone with the answer.
    for (const control of this.inputs?.element.querySelectorAll("input, textarea, select, button") ?? [])
      /** @type {HTMLInputElement} */ (control).disabled = true;
    const run = runId ? await getRunWithInputs(this.graph.id, runId).catch(() => null) : null;
    if (turn === this.turn) await this.#showFields(turn, run?.inputs ?? {});
  }

  #save() {
    return whileBusy(this.button, t("Saving"), () => this.#store());
  }

  async #store() {
    await this.loading?.catch(() => {}); // who saves at once has not seen yet what the agent asks for
    const inputs = this.inputs?.read();
    if (!this.name.value.trim()) return this.#showProblem(t("A preset needs a name."));
    if (!inputs) return;
    const body = {
      name: this.name.value.trim(),
      description: this.about.value,
      inputs,
      credentials: this.credentials?.read() ?? {},
    };
    const { preset, graph } = this;
    const place = { graph_id: graph.id, graph_version: graph.version };
    try {
      await (preset ? updatePreset(preset.id, body) : createPreset({ ...body, ...place }));
      toast(t("The preset is saved."));
      this.onSaved();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#showProblem([error.message, error.hint ?? ""].join(" ").trim());
    }
  }

  /** @param {string} text */
  #showProblem(text) {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }
}

/**
 * Asks for a name only: the rest is known.
 * @param {Graph} graph @param {Record<string, any>} inputs @param {Record<string, any>} credentials
 */
export async function askAndSave(graph, inputs, credentials) {
  const name = h("input", { class: "input", required: true, maxlength: 1000, autofocus: true });
  const cancel = h("button", { class: "button quiet", type: "button", on: { click: () => dialog.close() } }, t("Cancel"));
  const save = h("button", { class: "button filled", type: "submit", value: "yes" }, t("Save preset"));
  const form = h(
    "form",
    { method: "dialog", class: "stack" },
    labelled(t("Name"), name),
    h("div", { class: "dialog-actions" }, cancel, save),
  );
  const dialog = openDialog(t("Save these inputs as a preset"), form);
  await new Promise((resolve) => dialog.addEventListener("close", resolve));
  if (dialog.returnValue !== "yes" || !name.value.trim()) return;
  try {
    const body = {
      name: name.value.trim(),
      description: "",
      graph_id: graph.id,
      graph_version: graph.version,
      inputs,
      credentials,
    };
    await createPreset(body);
    const show = { label: t("Show"), run: () => go(paths.agentTab(graph.id, "presets")) };
    toast(t("The preset is saved."), { action: show });
  } catch (error) {
    toastError(error, t("The preset was not saved"));
  }
}

/** @param {string} label @param {HTMLElement} control */
function labelled(label, control) {
  const id = uniqueId();
  control.id = id;
  return h("div", { class: "field" }, h("label", { class: "field-label", for: id }, label), control);
}
