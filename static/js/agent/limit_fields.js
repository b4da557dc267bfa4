/** Fields for limits of runs; an empty one is no limit of one's own (docs/limits.md). */

import { h, uniqueId } from "../dom.js";
import { t } from "../messages.js";

/** @type {[string, string, string][]} name, label, unit */
const OF_A_RUN = [
  ["max_credits", t("Cost, at most"), t("cents")],
  ["max_run_s", t("Time, at most"), t("seconds")],
  ["max_node_executions", t("Node executions, at most"), ""],
];

/** @type {[string, string, string]} */
const AT_ONCE = ["max_running", t("Runs at the same time, at most"), ""];

export class LimitFields {
  /** @param {Record<string, any>} limits @param {boolean} isOfAgent whether they hold for every run */
  constructor(limits, isOfAgent) {
    // What has no field here stays as it is.
    this.kept = { ...limits };
    /** @type {Map<string, HTMLInputElement>} */
    this.fields = new Map();
    const fields = (isOfAgent ? [...OF_A_RUN, AT_ONCE] : OF_A_RUN).map(([name, label, unit]) => {
      const id = uniqueId();
      const input = h("input", { class: "input", id, type: "number", min: 0, step: "any", ".value": limits[name] ?? "" });
      this.fields.set(name, input);
      const shown = unit ? t("{label} ({unit})", { label, unit }) : label;
      return h("div", { class: "field" }, h("label", { class: "field-label", for: id }, shown), input);
    });
    this.element = h("div", { class: "limit-fields" }, fields);
  }

  /** @returns {Record<string, number>|null} null where there are none */
  read() {
    const limits = { ...this.kept };
    for (const [name, input] of this.fields) {
      if (input.value.trim()) limits[name] = Number(input.value);
      else delete limits[name];
    }
    const given = Object.entries(limits).filter(([, value]) => value !== null);
    return given.length ? Object.fromEntries(given) : null;
  }
}
