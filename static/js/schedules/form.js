/** The form of a schedule: when, with which inputs, and what happens when a start is missed. */

import { ApiError, getGraph, listGraphNames } from "../api.js";
import { createSchedule, editSchedule, previewSchedule } from "../api/schedules.js";
import { CredentialFields } from "../credential_fields.js";
import { fill, h, uniqueId } from "../dom.js";
import { timeMs, whenComing } from "../format.js";
import { icon } from "../icons.js";
import { inOrder } from "../in_order.js";
import { t } from "../messages.js";
import { whileBusy } from "../page_head.js";
import { SchemaForm } from "../schema_form.js";
import { toast, toastError } from "../toast.js";
import { zoneField, zoneNotice } from "../zone_field.js";
import { cronWords } from "./cron_words.js";

/** @typedef {import("../api/schedules.js").Schedule} Schedule */

const PREVIEW_AFTER_MS = 250;
const SHOWN_TIMES = 5;
const COMMON = ["0 9 * * *", "0 9 * * 1-5", "0 * * * *", "*/15 * * * *", "0 8 * * 1", "0 7 1 * *"];

/** @type {[string, string][]} */
const CATCH_UP = [
  ["once", t("Run once when back")],
  ["all", t("Run all of them, up to a number")],
  ["skip", t("Skip it")],
];

/** @type {[string, string][]} */
const OVERLAP = [
  ["queue", t("Wait until it has ended")],
  ["skip", t("Do not start")],
  ["parallel", t("Start beside it")],
];

export class ScheduleForm {
  /** @param {Partial<Schedule>|null} schedule null: a new one @param {() => void} onSaved @param {string} [graphId] of a new one */
  constructor(schedule, onSaved, graphId = "") {
    this.schedule = schedule;
    this.onSaved = onSaved;
    this.graphId = schedule?.graph_id ?? graphId;
    this.agent = h("select", { class: "input", required: true });
    this.name = h("input", { class: "input", maxlength: 1000, ".value": schedule?.name ?? "" });
    this.cron = h("input", { class: "input code", required: true, spellcheck: false, ".value": schedule?.cron ?? COMMON[0] });
    this.zone = zoneField(schedule?.timezone);
    this.catchUp = choice(CATCH_UP, schedule?.catch_up ?? "once");
    this.overlap = choice(OVERLAP, schedule?.overlap ?? "queue");
    this.words = h("p", { class: "field-hint", role: "status" });
    this.inputs = h("div", { class: "form-fields" });
    this.problem = h("p", { class: "field-error", role: "alert", hidden: true });
    this.button = h(
      "button",
      { class: "button filled", type: "submit" },
      icon("check"),
      h("span", { class: "button-label" }, t("Save")),
    );
    this.element = this.#build();
    this.timer = 0;
    this.asked = 0;
  }

  /** Fills in the agents (of a new schedule) and the inputs of the chosen one. @returns {Promise<void>} */
  load() {
    void this.#preview();
    this.loading = this.#load();
    return this.loading;
  }

  async #load() {
    if (!this.schedule) await this.#loadAgents();
    if (this.graphId) await this.#loadInputs();
  }

  #build() {
    const form = h(
      "form",
      { class: "schedule-form", novalidate: true },
      this.schedule ? null : labelled(t("Agent"), this.agent),
      labelled(t("Name"), this.name),
      h("div", { class: "schedule-when" }, labelled(t("When (cron)"), this.cron), labelled(t("Time zone"), this.zone)),
      h(
        "div",
        { class: "chips", role: "group", "aria-label": t("Common times") },
        COMMON.map((cron) => this.#common(cron)),
      ),
      this.words,
      h(
        "div",
        { class: "schedule-when" },
        labelled(t("If a start is missed"), this.catchUp),
        labelled(t("If the run before still goes on"), this.overlap),
      ),
      this.inputs,
      this.problem,
      h("div", { class: "schedule-actions" }, this.button),
    );
    form.addEventListener("submit", (event) => (event.preventDefault(), void this.#save()));
    for (const field of [this.cron, this.zone]) field.addEventListener("input", () => this.#previewSoon());
    this.agent.addEventListener("change", () => this.#choose());
    return form;
  }

  #choose() {
    this.graphId = this.agent.value;
    this.loading = this.#loadInputs();
    this.loading.catch((error) => toastError(error, t("The agent could not be read")));
  }

  /** @param {string} cron */
  #common(cron) {
    const press = () => ((this.cron.value = cron), void this.#preview());
    return h("button", { class: "chip", type: "button", on: { click: press } }, cronWords(cron));
  }

  async #loadAgents() {
    const graphs = await listGraphNames();
    fill(
      this.agent,
      graphs.map((graph) =>
        h("option", { value: graph.id, selected: graph.id === this.graphId }, graph.name || t("Agent without a name")),
      ),
    );
    this.graphId = this.agent.value;
  }

  async #loadInputs() {
    const turn = (this.asked += 1);
    const graph = await getGraph(this.graphId, this.schedule?.graph_version);
    const credentials = await CredentialFields.load(graph.credentials_input_schema);
    const fields = await SchemaForm.make(graph.input_schema ?? {}, this.schedule?.input_data ?? {});
    if (turn !== this.asked) return; // another agent was chosen meanwhile
    this.credentials = credentials;
    this.fields = fields;
    fill(this.inputs, this.fields.fields.size ? h("h3", null, t("Inputs")) : null, this.fields.element, this.credentials.element);
  }

  #previewSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.#preview(), PREVIEW_AFTER_MS);
  }

  #preview() {
    return this.#ask(this.cron.value, this.zone.value).catch((error) => {
      this.words.textContent = "";
      this.#showProblem(error instanceof Error ? error.message : String(error));
    });
  }

  #ask = inOrder(previewSchedule, ({ next_run_times: times }, cron, zone) => {
    const said = times.slice(0, SHOWN_TIMES).map((time) => whenComing(timeMs(time)));
    const next = t("Next: {times}", { times: said.join("; ") });
    this.words.textContent = `${cronWords(cron)}. ${next} ${zoneNotice(zone)}`.trim();
    this.#showProblem("");
  });

  #save() {
    return whileBusy(this.button, t("Saving"), () => this.#store());
  }

  async #store() {
    await this.loading?.catch(() => {}); // who saves at once has not seen yet what the agent asks for
    const inputs = this.fields?.read() ?? null;
    if (!inputs) return;
    const body = {
      name: this.name.value.trim() || cronWords(this.cron.value),
      cron: this.cron.value,
      timezone: this.zone.value,
      catch_up: this.catchUp.value,
      overlap: this.overlap.value,
      inputs,
      credentials: this.credentials?.read() ?? {},
    };
    try {
      const { schedule } = this;
      await (schedule?.id ? editSchedule(schedule.id, body) : createSchedule(this.graphId, body));
      toast(t("The schedule is saved."));
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

/** @param {string} label @param {HTMLElement} control */
function labelled(label, control) {
  const id = uniqueId();
  control.id = id;
  return h("div", { class: "field" }, h("label", { class: "field-label", for: id }, label), control);
}

/** @param {[string, string][]} options @param {string} chosen */
function choice(options, chosen) {
  return h(
    "select",
    { class: "input" },
    options.map(([value, label]) => h("option", { value, selected: value === chosen }, label)),
  );
}
