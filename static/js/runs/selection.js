/** Runs that are ticked in a list: two are compared, any number deleted. */

import { h } from "../dom.js";
import { plural, t } from "../messages.js";
import { button } from "../page_head.js";
import { paths } from "../router.js";
import { deleteRuns } from "./delete_later.js";

/** @typedef {import("../types.js").GraphExecution} GraphExecution */

export class RunSelection {
  /** @param {() => void} onChange draws the list anew */
  constructor(onChange) {
    this.onChange = onChange;
    /** @type {Map<string, GraphExecution>} in the order of ticking */
    this.chosen = new Map();
    this.count = h("span", { role: "status" });
    this.compare = h("a", { class: "button small", hidden: true }, t("Compare the two"));
    const remove = button(t("Delete"), "trash", () => this.#delete(), "small");
    remove.setAttribute("aria-label", t("Delete the chosen runs"));
    const none = button(t("Choose none"), "cross", () => this.#clear(), "small quiet");
    none.setAttribute("aria-label", t("Choose none"));
    this.element = h(
      "div",
      { class: "run-selection", hidden: true },
      this.count,
      h("span", { class: "grow" }),
      this.compare,
      remove,
      none,
    );
  }

  /** @param {GraphExecution} run */
  has(run) {
    return this.chosen.has(run.id);
  }

  /** @param {GraphExecution} run */
  toggle(run) {
    if (!this.chosen.delete(run.id)) this.chosen.set(run.id, run);
    this.#show();
  }

  #show() {
    const runs = [...this.chosen.values()];
    this.element.hidden = !runs.length;
    this.count.textContent = plural(runs.length, "{n} run chosen", "{n} runs chosen");
    this.compare.hidden = runs.length !== 2;
    if (runs.length === 2) this.compare.href = paths.compare(runs[0], runs[1]);
  }

  #delete() {
    const runs = [...this.chosen.values()];
    this.chosen.clear();
    this.#show();
    deleteRuns(runs, this.onChange);
  }

  #clear() {
    this.chosen.clear();
    this.#show();
    this.onChange();
  }
}
