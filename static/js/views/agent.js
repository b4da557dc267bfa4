/** One agent: its inputs and the button that runs it, its graph, and its runs. */

import { ApiError, deleteGraph, executeGraph, exportGraph, getExecution, getGraph, listGraphExecutions } from "../api.js";
import { loadCatalog } from "../catalog.js";
import { CredentialFields } from "../credential_fields.js";
import { confirmLoss } from "../dialog.js";
import { fill, h } from "../dom.js";
import { fileName } from "../format.js";
import { drawGraph } from "../graph_picture.js";
import { icon } from "../icons.js";
import { problemLines } from "../import_agent.js";
import { isNote } from "../names.js";
import { button, pageHead, whileBusy } from "../page_head.js";
import { go, paths } from "../router.js";
import { SchemaForm } from "../schema_form.js";
import { hasEnded } from "../status.js";
import { toast, toastError } from "../toast.js";
import { saveFile } from "../value_view.js";
import { runTable } from "./runs.js";
import { plural, t } from "../messages.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {Map<string, import("../types.js").Block>} Catalog */

const REFRESH_MS = 3000;

/** @type {import("../pages.js").View} */
export async function showAgent(main, place, signal) {
  const { graphId } = place.params;
  const like = place.query.get("like");
  const [graph, catalog, earlier] = await Promise.all([
    getGraph(graphId),
    loadCatalog(),
    like ? getExecution(graphId, like).catch(() => null) : null,
  ]);
  const credentials = await CredentialFields.load(graph.credentials_input_schema);
  if (signal.aborted) return;
  const runForm = new RunForm(graph, catalog, earlier?.inputs ?? {}, credentials);
  const runs = h("section", { class: "stack", "aria-label": t("Runs") });
  const right = h("div", { class: "stack" }, graphCard(graph, catalog), runs);
  fill(main, agentHead(graph), h("div", { class: "agent-columns" }, runForm.element, right));
  followRuns(runs, graphId, signal);
}

/** @param {Graph} graph */
function agentHead(graph) {
  const actions = [
    h("a", { class: "button", href: paths.build(graph.id) }, t("Edit")),
    button(t("Export"), "download", (b) => void whileBusy(b, t("Exporting"), () => saveAgent(graph)), "wide-label"),
    button(t("Delete"), "trash", () => void removeAgent(graph), "delete wide-label"),
  ];
  const version = h("span", { class: "muted" }, t("Version {version}", { version: graph.version }));
  const title = graph.name || t("Agent without a name");
  const head = pageHead({ title, crumbs: [[t("Library"), paths.library()]], beside: version, actions });
  const texts = [graph.description, graph.instructions].map((text) => text?.trim()).filter(Boolean);
  return [
    head,
    texts.length
      ? h(
          "div",
          { class: "about" },
          texts.map((text) => h("p", { title: text }, text)),
        )
      : null,
    missingBlocks(graph),
  ];
}

/** @param {Graph} graph */
function missingBlocks(graph) {
  const count = graph.missing_blocks?.length ?? 0;
  if (!count) return null;
  const text = t(
    "It can be looked at and exported. Runs are refused until the blocks are in a folder that `blocks.paths` names in config.toml.",
  );
  const title = plural(count, "This server lacks a block of this agent", "This server lacks {n} blocks of this agent");
  const lines = h(
    "div",
    { class: "banner-text" },
    h("h2", null, title),
    h("p", null, text),
    h("p", { class: "mono" }, graph.missing_blocks?.join(", ")),
  );
  return h("section", { class: "card banner missing" }, h("div", { class: "banner-icon tone-wait" }, icon("alert")), lines);
}

/** @param {Graph} graph */
async function saveAgent(graph) {
  try {
    const exported = await exportGraph(graph.id);
    saveFile(fileName(graph.name, "json"), JSON.stringify(exported, null, 2));
  } catch (error) {
    toastError(error, t("The agent was not exported"));
  }
}

/** @param {Graph} graph */
async function removeAgent(graph) {
  const runs = await listGraphExecutions(graph.id).catch(() => []);
  const text = runs.length
    ? plural(runs.length, "All its versions and its run go with it.", "All its versions and its {n} runs go with it.")
    : t("All its versions go. It has not run yet.");
  if (
    !(await confirmLoss({
      title: t("Delete “{name}”?", { name: graph.name }),
      text: t("{text} Export it first to keep a copy.", { text }),
      verb: t("Delete"),
    }))
  )
    return;
  try {
    await deleteGraph(graph.id);
    toast(t("“{name}” is deleted.", { name: graph.name }));
    go(paths.library());
  } catch (error) {
    toastError(error, t("The agent was not deleted"));
  }
}

/** @param {Graph} graph @param {Catalog} catalog */
function graphCard(graph, catalog) {
  const nodes = (graph.nodes ?? []).filter((node) => !isNote(catalog.get(node.block_id)));
  const head = h(
    "div",
    { class: "card-head" },
    h("h2", null, t("Graph")),
    h("span", { class: "muted" }, plural(nodes.length, "{n} node", "{n} nodes")),
  );
  return h(
    "section",
    { class: "card" },
    head,
    h(
      "div",
      { class: "graph-place dotted", tabindex: 0, role: "group", "aria-label": t("Graph") },
      drawGraph(graph, catalog).element,
    ),
  );
}

/** @param {HTMLElement} box @param {string} graphId @param {AbortSignal} signal */
function followRuns(box, graphId, signal) {
  /** @type {import("../types.js").GraphExecution[]} */
  let runs = [];
  const load = async () => {
    runs = await listGraphExecutions(graphId);
    if (signal.aborted) return;
    const none = h("p", { class: "card card-body muted" }, t("It has not run yet. Fill in the inputs and press Run."));
    fill(
      box,
      h("h2", { class: "section-title" }, t("Runs")),
      runs.length ? runTable(runs, null, () => void load().catch(toastError)) : none,
    );
  };
  load().catch((error) => signal.aborted || toastError(error, t("The runs could not be loaded")));
  const timer = setInterval(() => {
    if (!document.hidden && runs.some((run) => !hasEnded(run.status))) void load().catch(() => {});
  }, REFRESH_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}

class RunForm {
  /** @param {Graph} graph @param {Catalog} catalog @param {Record<string, any>} values @param {CredentialFields} credentials */
  constructor(graph, catalog, values, credentials) {
    this.graph = graph;
    this.catalog = catalog;
    this.credentials = credentials;
    this.form = new SchemaForm(graph.input_schema ?? {}, values);
    this.problems = h("div", { class: "form-problems", role: "alert", hidden: true });
    this.button = h(
      "button",
      { class: "button filled run-button", type: "submit" },
      icon("play"),
      h("span", { class: "button-label" }, t("Run")),
      h("kbd", null, "Ctrl Enter"),
    );
    const nothing = this.form.fields.size ? null : h("p", { class: "muted" }, t("This agent takes no inputs."));
    const trigger =
      graph.has_external_trigger || graph.has_webhook_trigger
        ? h("p", { class: "muted" }, t("A webhook starts this agent; run by hand it has no payload."))
        : null;
    const form = h("form", { class: "card run-form", novalidate: true, "aria-label": t("Run this agent") });
    form.append(
      h("div", { class: "card-head" }, h("h2", null, t("Inputs"))),
      h("div", { class: "card-body stack" }, trigger, nothing, this.form.element, credentials.element, this.problems),
      h("div", { class: "run-bar" }, this.button),
    );
    form.addEventListener("submit", (event) => (event.preventDefault(), void this.run()));
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (event.preventDefault(), void this.run());
    });
    this.element = form;
  }

  async run() {
    if (this.button.disabled) return;
    this.#showProblems([]);
    const inputs = this.form.read();
    if (!inputs) return;
    try {
      const start = () => executeGraph(this.graph, inputs, this.credentials.read());
      const runId = await whileBusy(this.button, t("Starting"), start);
      go(paths.run(this.graph.id, runId));
    } catch (error) {
      this.#showRefusal(error);
    }
  }

  /** @param {unknown} error */
  #showRefusal(error) {
    if (!(error instanceof ApiError)) throw error;
    const rest = this.#showFieldProblems(error.nodeErrors);
    const lines = problemLines(rest, this.graph, this.catalog);
    const handled = Object.keys(error.nodeErrors).length > 0;
    this.#showProblems(handled ? lines : [error.message, ...(error.hint ? [error.hint] : [])]);
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
