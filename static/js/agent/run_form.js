/** The form that runs an agent: its inputs, keys and limits, and what such a run has cost before. */

import { ApiError } from "../api.js";
import { priceRun } from "../api/prices.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { problemLines } from "../import_agent.js";
import { credits } from "../library/words.js";
import { plural, t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { priceReason, priceWords, sumOf } from "../price_words.js";
import { repairOf } from "../repairs.js";
import { go, paths } from "../router.js";
import { startGraph } from "../start_run.js";
import { hasEnded } from "../status.js";
import { LimitFields } from "./limit_fields.js";
import { askAndSave } from "./preset_form.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {Map<string, import("../types.js").Block>} Catalog */
/** @typedef {import("../schema_form.js").SchemaForm} SchemaForm */
/** @typedef {import("../credential_fields.js").CredentialFields} CredentialFields */
/** @typedef {import("../api/library.js").CardRun} CardRun */

export class RunForm {
  /**
   * @param {Graph} graph @param {Catalog} catalog @param {SchemaForm} form of its inputs @param {CredentialFields} credentials
   * @param {CardRun[]} runs the last ones, for the price @param {HTMLElement|null} note above the fields
   */
  constructor(graph, catalog, form, credentials, runs, note = null) {
    this.graph = graph;
    this.catalog = catalog;
    this.credentials = credentials;
    this.form = form;
    this.problems = h("div", { class: "form-problems", role: "alert", hidden: true });
    this.button = h(
      "button",
      { class: "button filled run-button", type: "submit" },
      icon("play"),
      h("span", { class: "button-label" }, t("Run")),
      h("kbd", null, "Ctrl Enter"),
    );
    this.price = h("p", { class: "run-price" }, pastWords(runs));
    // What runs have cost stands there until the answer comes, and without one.
    priceRun({ graph_id: graph.id, graph_version: graph.version }).then(
      (price) => {
        this.price.textContent = priceWords(sumOf(price));
        this.price.title = priceReason(price);
      },
      () => {},
    );
    this.limits = new LimitFields({}, false);
    const limits = h(
      "details",
      { class: "advanced" },
      h("summary", null, t("Limits of this run")),
      this.limits.element,
      h("p", { class: "field-hint" }, t("The agent's and the server's hold as well; the tightest counts.")),
    );
    const keep = button(t("Save as preset"), "file", () => void this.#savePreset(), "quiet");
    const nothing = this.form.fields.size ? null : h("p", { class: "muted" }, t("This agent takes no inputs."));
    const trigger =
      graph.has_external_trigger || graph.has_webhook_trigger
        ? h("p", { class: "muted" }, t("A webhook starts this agent; run by hand it has no payload."))
        : null;
    const element = h("form", { class: "card run-form", novalidate: true, "aria-label": t("Run this agent") });
    element.append(
      h("div", { class: "card-head" }, h("h2", null, t("Inputs"))),
      h(
        "div",
        { class: "card-body stack" },
        note,
        trigger,
        nothing,
        this.form.element,
        credentials.element,
        limits,
        this.problems,
      ),
      h("div", { class: "run-bar" }, this.price, this.button, keep),
    );
    element.addEventListener("submit", (event) => (event.preventDefault(), void this.run()));
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (event.preventDefault(), void this.run());
    });
    this.element = element;
  }

  async run() {
    if (this.button.disabled) return;
    this.#showProblems([]);
    const inputs = this.form.read();
    if (!inputs) return;
    try {
      const start = () => startGraph(this.graph, inputs, this.credentials.read(), {}, this.limits.read());
      const runId = await whileBusy(this.button, t("Starting"), start);
      if (runId) go(paths.run(this.graph.id, runId));
    } catch (error) {
      this.#showRefusal(error);
    }
  }

  async #savePreset() {
    const inputs = this.form.read();
    if (inputs) await askAndSave(this.graph, inputs, this.credentials.read());
  }

  /** @param {unknown} error */
  #showRefusal(error) {
    if (!(error instanceof ApiError)) throw error;
    const rest = this.#showFieldProblems(error.nodeErrors);
    const lines = problemLines(rest, this.graph, this.catalog);
    const handled = Object.keys(error.nodeErrors).length > 0;
    this.#showProblems(handled ? lines : [error.message, ...(error.hint ? [error.hint] : [])]);
    const repair = repairOf(error);
    if (repair) this.problems.append(button(repair.label, "arrow", repair.run, "small"));
  }

  /**
   * Problems of Input nodes go to their fields.
   * @param {Record<string, Record<string, string>>} nodeErrors @returns {Record<string, Record<string, string>>} the others
   */
  #showFieldProblems(nodeErrors) {
    /** @type {Record<string, string>} */
    const byField = {};
    /** @type {Record<string, Record<string, string>>} */
    const rest = {};
    for (const [id, fields] of Object.entries(nodeErrors)) {
      const name = this.graph.nodes?.find((node) => node.id === id)?.input_default?.name;
      if (this.form.fields.has(name)) byField[name] = Object.values(fields).join(" ");
      else rest[id] = fields;
    }
    this.form.showProblems(byField);
    return rest;
  }

  /** @param {string[]} lines */
  #showProblems(lines) {
    this.problems.hidden = lines.length === 0;
    fill(
      this.problems,
      icon("alert", "tone-failed"),
      h(
        "ul",
        null,
        lines.map((line) => h("li", null, line)),
      ),
    );
  }
}

/** @param {CardRun[]} runs @returns {string} what runs have cost, so that nobody is surprised by the next one */
function pastWords(runs) {
  const costs = runs.filter((run) => hasEnded(run.status)).map((run) => run.cost);
  if (!costs.length) return "";
  const most = Math.max(...costs);
  if (!most) return plural(costs.length, "The last run cost nothing.", "The last {n} runs cost nothing.");
  const mean = costs.reduce((sum, one) => sum + one, 0) / costs.length;
  return t("About {mean}; of the last {n} runs the dearest cost {most}.", {
    mean: credits(mean),
    n: costs.length,
    most: credits(most),
  });
}
