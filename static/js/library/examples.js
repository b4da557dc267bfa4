/** The ready-made agents, where the library is empty: looked into, or run, which puts a copy in the library. */

import { addExample, listExamples } from "../api/examples.js";
import { fill, h } from "../dom.js";
import { cut } from "../format.js";
import { drawMini } from "../graph_picture.js";
import { t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { go, paths } from "../router.js";
import { startGraph } from "../start_run.js";
import { toastError } from "../toast.js";

/** @typedef {import("../api/examples.js").Example} Example */

export class Examples {
  /** @param {Map<string, import("../types.js").Block>} catalog */
  constructor(catalog) {
    this.catalog = catalog;
    /** @type {Promise<Example[]>|undefined} */
    this.asked = undefined;
    this.list = h("ul", { class: "cards" });
    this.element = h(
      "section",
      { class: "examples", "aria-label": t("Ready-made"), hidden: true },
      h(
        "div",
        { class: "examples-head" },
        h("h2", { class: "section-title" }, t("Ready-made")),
        h("span", { class: "muted" }, t("Running one puts a copy in your library")),
      ),
      this.list,
    );
  }

  /** Asks for them once. */
  async load() {
    this.asked ??= listExamples();
    const examples = await this.asked;
    if (this.list.hasChildNodes()) return;
    fill(
      this.list,
      examples.map((one) => this.#card(one)),
    );
    this.element.hidden = !examples.length;
  }

  /** @param {Example} example */
  #card(example) {
    const nodes = example.nodes.map((node) => ({ ...node, input_default: {}, metadata: {} }));
    const picture = drawMini(/** @type {any} */ ({ nodes, links: example.links }), this.catalog);
    const look = button(t("Look inside"), "blocks", (pressed) => void this.#use(example, pressed, false), "quiet small");
    look.setAttribute("aria-label", t("Look inside {name}", { name: example.title }));
    const run = button(t("Run"), "play", (pressed) => void this.#use(example, pressed, true), "soft small");
    run.setAttribute("aria-label", t("Run {name}", { name: example.title }));
    return h(
      "li",
      { class: "card agent-card example-card" },
      h("div", { class: "card-picture", "aria-hidden": "true" }, picture),
      h(
        "div",
        { class: "card-text" },
        h("h3", null, example.title),
        h("p", { class: "muted example-about" }, cut(example.description, 140)),
      ),
      h(
        "div",
        { class: "card-foot" },
        h("span", { class: "muted" }, example.needs_key ? t("needs a key") : t("needs nothing")),
        h("span", { class: "grow" }),
        look,
        run,
      ),
    );
  }

  /** @param {Example} example @param {HTMLButtonElement} pressed @param {boolean} toRun */
  async #use(example, pressed, toRun) {
    try {
      const graph = await whileBusy(pressed, toRun ? t("Starting") : t("Adding"), () => addExample(example.name));
      if (!toRun) return go(paths.build(graph.id));
      const { properties = {}, required = [] } = graph.input_schema ?? {};
      if (example.needs_key || required.some((/** @type {string} */ name) => properties[name]?.default === undefined))
        return go(paths.agent(graph.id));
      const runId = await startGraph(graph, {});
      go(runId ? paths.run(graph.id, runId) : paths.agent(graph.id));
    } catch (error) {
      toastError(error, t("The agent was not added"));
    }
  }
}
