/** The outputs of a run: what it was run for, so they come first on its page. */

import { h, setText } from "./dom.js";
import { hasEnded, statusIcon, statusLook } from "./status.js";
import { readAll } from "./run/read_all.js";
import { richView } from "./run/rich_value.js";
import { valueActions } from "./value_actions.js";
import { ValueList } from "./value_view.js";
import { plural, t } from "./messages.js";

/** @typedef {import("./types.js").GraphExecution} GraphExecution */
/** @typedef {import("./types.js").ObjectSchema} ObjectSchema */

export class RunOutputs {
  /** @param {ObjectSchema|undefined} schema the graph's output_schema */
  constructor(schema) {
    this.expected = Object.keys(schema?.properties ?? {});
    /** @type {Map<string, {values: ValueList, size: HTMLElement}>} */
    this.shown = new Map();
    this.more = h(
      "p",
      { class: "card-body muted", hidden: true },
      t("Only the first values are here. What each node gave can be downloaded in the timeline."),
    );
    this.alive = h("span", { hidden: true }, statusIcon(statusLook("RUNNING")));
    this.said = h("span");
    this.note = h("p", { class: "outputs-foot muted" }, this.alive, this.said);
    this.head = h("div", { class: "card-head" }, h("h2", null, t("Outputs")));
    this.element = h("section", { class: "card outputs", "aria-label": t("Outputs") }, this.head, this.more, this.note);
  }

  /** @param {GraphExecution} run */
  update(run) {
    for (const [name, values] of Object.entries(run.outputs ?? {})) {
      const output = this.shown.get(name) ?? this.#addOutput(name);
      setText(output.size, values.length > 1 ? plural(values.length, "{n} value", "{n} values") : "");
      output.values.update(values);
    }
    this.more.hidden = !run.n_outputs;
    const text = this.#noteText(hasEnded(run.status));
    this.head.hidden = this.shown.size > 0;
    this.note.hidden = !text;
    this.alive.hidden = hasEnded(run.status) || !this.shown.size;
    setText(this.said, text);
  }

  /** @param {boolean} ended @returns {string} */
  #noteText(ended) {
    const missing = this.expected.filter((name) => !this.shown.has(name));
    const names = missing.map((name) => `“${name}”`).join(", ");
    if (!ended && !this.shown.size) return t("Nothing yet. Outputs show here the moment they come out.");
    if (!missing.length && this.shown.size) return "";
    if (!ended) return t("Still on the way: {names}", { names });
    if (!this.expected.length) return t("This agent has no output node. What its nodes gave is in the timeline.");
    return t("Nothing came out of {names}.", { names });
  }

  /** @param {string} name */
  #addOutput(name) {
    const output = { values: new ValueList((value) => richView(name, value)), size: h("span", { class: "muted" }) };
    const head = h(
      "div",
      { class: "card-head" },
      h("h2", null, name),
      output.size,
      h("span", { class: "grow" }),
      valueActions(name, () => output.values.values),
    );
    this.shown.set(name, output);
    const body = h("div", { class: "card-body reading" }, output.values.element);
    this.element.insertBefore(h("div", { class: "output" }, head, body, readAll(body)), this.more);
    return output;
  }
}
