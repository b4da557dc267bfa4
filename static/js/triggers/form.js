/** The form of a new trigger: which agent, and the pins of its trigger node. */

import { ApiError, getGraph, listGraphPins } from "../api.js";
import { setUpTrigger } from "../api/triggers.js";
import { CredentialFields } from "../credential_fields.js";
import { fill, h, uniqueId } from "../dom.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { whileBusy } from "../page_head.js";
import { SchemaForm } from "../schema_form.js";
import { toast, toastError } from "../toast.js";
import { providerName } from "./providers.js";

export class TriggerForm {
  /** @param {(id: string) => void} onMade gets the id of the webhook @param {string} graphId of the agent to begin with, or "" */
  constructor(onMade, graphId) {
    this.onMade = onMade;
    this.graphId = graphId;
    /** @type {import("../types.js").Graph|null} */
    this.graph = null;
    this.asked = 0;
    const [agentId, nameId] = [uniqueId(), uniqueId()];
    this.agent = h("select", { class: "input", id: agentId });
    this.name = h("input", { class: "input", id: nameId, maxlength: 1000 });
    this.fields = h("div", { class: "form-fields" });
    this.problem = h("p", { class: "field-error", role: "alert", hidden: true });
    this.button = h(
      "button",
      { class: "button filled", type: "submit" },
      icon("check"),
      h("span", { class: "button-label" }, t("Set up")),
    );
    this.element = h(
      "form",
      { class: "trigger-form", novalidate: true },
      h("div", { class: "field" }, h("label", { class: "field-label", for: agentId }, t("Agent")), this.agent),
      h("div", { class: "field" }, h("label", { class: "field-label", for: nameId }, t("Name")), this.name),
      this.fields,
      this.problem,
      h("div", null, this.button),
    );
    this.element.addEventListener("submit", (event) => (event.preventDefault(), void this.#save()));
    this.agent.addEventListener("change", () => this.#choose().catch((error) => toastError(error)));
  }

  /** @returns {Promise<void>} */
  load() {
    this.loading = this.#load();
    return this.loading;
  }

  /** Where no agent has a trigger block, the form says so. */
  async #load() {
    const graphs = (await listGraphPins()).filter((graph) => graph.has_external_trigger);
    if (!graphs.length) {
      const text = t(
        "No agent here begins with a trigger block. Open an agent in the builder and add one, for instance Generic Webhook.",
      );
      return fill(this.element, h("p", { class: "muted" }, text));
    }
    const isChosen = (/** @type {{id: string}} */ graph) => graph.id === this.graphId;
    fill(
      this.agent,
      graphs.map((graph) => h("option", { value: graph.id, selected: isChosen(graph) }, graph.name)),
    );
    await this.#choose();
  }

  /** @returns {Promise<void>} */
  #choose() {
    this.loading = this.#loadFields(this.agent.value);
    return this.loading;
  }

  /** @param {string} graphId */
  async #loadFields(graphId) {
    const turn = (this.asked += 1);
    const graph = await getGraph(graphId);
    const setup = graph.trigger_setup_info;
    const [config, inputs, credentials] = await Promise.all([
      SchemaForm.make(setup?.config_schema ?? {}, {}),
      SchemaForm.make(graph.input_schema ?? {}, {}),
      CredentialFields.load(graph.credentials_input_schema),
    ]);
    if (turn !== this.asked) return; // another agent was chosen meanwhile
    this.graph = graph;
    this.config = config;
    this.inputs = inputs;
    this.credentials = credentials;
    this.name.placeholder = t("Deliveries of {provider}", { provider: providerName(setup?.provider ?? "") });
    fill(this.fields, this.config.element, this.inputs.element, this.credentials.element);
  }

  #save() {
    return whileBusy(this.button, t("Setting up"), () => this.#setUp());
  }

  async #setUp() {
    await this.loading?.catch(() => {}); // who saves at once has not seen yet what the agent asks for
    const [config, inputs] = [this.config?.read(), this.inputs?.read()];
    if (!config || !inputs || !this.graph) return;
    const trigger = {
      name: this.name.value.trim() || this.name.placeholder,
      graph_id: this.graph.id,
      graph_version: this.graph.version,
      trigger_config: { ...inputs, ...config },
      agent_credentials: this.credentials?.read() ?? {},
    };
    try {
      const preset = await setUpTrigger(trigger);
      toast(t("The trigger is set up."));
      this.onMade(preset.webhook_id ?? "");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem.textContent = [error.message, error.hint ?? ""].join(" ").trim();
      this.problem.hidden = false;
    }
  }
}
