/** What went wrong in a run, why, and what next: it stands above the outputs. */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { hasEnded } from "./status.js";
import { plural, t } from "./messages.js";
import { valueWords } from "./value_line.js";

/** @typedef {import("./types.js").NodeExecution} NodeExecution */
/** @typedef {import("./run_state.js").RunState} RunState */

const MOST_CHARS = 1200;

export class RunProblems {
  /**
   * @param {(execution: NodeExecution) => string} titleOf
   * @param {(execution: NodeExecution) => any[]} actionsFor buttons for the first node that failed
   */
  constructor(titleOf, actionsFor) {
    this.titleOf = titleOf;
    this.actionsFor = actionsFor;
    this.shown = "";
    this.element = h("section", { class: "card banner", "aria-label": t("Problems"), hidden: true });
  }

  /** @param {RunState} state @param {number} idle nodes that never came up */
  update(state, idle) {
    const run = state.run;
    const failures = state.failures();
    const key = `${run?.status} ${failures.length} ${idle}`;
    if (!run || key === this.shown) return;
    this.shown = key;
    this.element.hidden = !failures.length && run.status !== "FAILED";
    if (this.element.hidden) return;
    const idleLine = hasEnded(run.status) ? notStarted(idle) : "";
    if (failures.length) this.#showFailures(failures, idleLine);
    else this.#show("cross", "failed", t("The run failed"), String(run.stats?.error ?? t("The server gave no reason.")));
  }

  /** @param {NodeExecution[]} failures @param {string} idleLine */
  #showFailures(failures, idleLine) {
    const [first] = failures;
    const more = failures.length > 1 ? plural(failures.length - 1, " and {n} more execution", " and {n} more executions") : "";
    const error = first.output_data?.error?.[0];
    const text = error === undefined ? t("It gave no reason.") : valueWords(error);
    this.#show("cross", "failed", `${this.titleOf(first)}${more} failed`, text, idleLine, this.actionsFor(first));
  }

  /**
   * @param {string} picture @param {string} tone @param {string} title @param {string} text @param {string} [small]
   * @param {any[]} [actions]
   */
  #show(picture, tone, title, text, small = "", actions = []) {
    const cause = text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text;
    const lines = [h("h2", null, title), h("p", { dir: "auto" }, cause)];
    if (small) lines.push(h("p", { class: "muted" }, small));
    if (actions.length) lines.push(h("div", { class: "banner-actions" }, actions));
    fill(this.element, h("div", { class: `banner-icon tone-${tone}` }, icon(picture)), h("div", { class: "banner-text" }, lines));
  }
}

/** @param {number} idle @returns {string} */
function notStarted(idle) {
  if (!idle) return "";
  return plural(idle, "One node did not start: no value reached it.", "{n} nodes did not start: no value reached them.");
}
