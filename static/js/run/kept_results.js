/** Beside what failed: what the nodes before it gave. It is kept, so nobody pays for it twice. */

import { CutValue } from "../cut_value.js";
import { fill, h } from "../dom.js";
import { cut } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { valueActions, valueText } from "../value_actions.js";

/** @typedef {import("./node_group.js").NodeGroup} NodeGroup */

const MOST_NODES = 3;
const MOST_CHARS = 700;

export class KeptResults {
  /** @param {Set<string>} ends ids of input and output nodes: what they hold is shown elsewhere @param {(nodeId: string) => string} titleOf */
  constructor(ends, titleOf) {
    this.ends = ends;
    this.titleOf = titleOf;
    this.list = h("div");
    this.note = h("span", { class: "muted" });
    const head = h(
      "div",
      { class: "card-head" },
      h("h2", null, t("Kept from this run")),
      h("span", { class: "grow" }),
      this.note,
    );
    this.element = h("section", { class: "card", "aria-label": t("Kept from this run"), hidden: true }, head, this.list);
  }

  /** @param {import("../run_state.js").RunState} state of a run that has ended */
  show(state) {
    const groups = [...state.groups.values()];
    const kept = groups.filter((group) => group.status === "COMPLETED" && !this.ends.has(group.nodeId) && firstOf(group));
    this.element.hidden = !kept.length || !groups.some((group) => group.countOf("FAILED"));
    if (this.element.hidden) return;
    // The dearest tell the most; among equals the last one is what the failed node was given.
    const shown = [...kept]
      .reverse()
      .sort((a, b) => b.cost - a.cost)
      .slice(0, MOST_NODES);
    fill(this.note, shown.some((group) => group.cost) ? t("paid once, not paid again") : t("not run again"));
    fill(
      this.list,
      shown.map((group) => this.#row(group)),
    );
  }

  /** @param {NodeGroup} group */
  #row(group) {
    const { pin, values } = /** @type {{pin: string, values: any[]}} */ (firstOf(group));
    const [value] = values;
    const text = value instanceof CutValue ? value.head : valueText(value);
    return h(
      "div",
      { class: "kept" },
      h(
        "div",
        { class: "kept-head" },
        icon("arrow", "tone-quiet"),
        h("strong", null, pin),
        h("span", { class: "muted" }, this.titleOf(group.nodeId)),
        h("span", { class: "grow" }),
        valueActions(pin, () => values),
      ),
      h("p", { class: "kept-text", dir: "auto" }, cut(text, MOST_CHARS)),
    );
  }
}

/** @param {NodeGroup} group @returns {{pin: string, values: any[]}|null} what its last execution gave first */
function firstOf(group) {
  const outputs = group.list.at(-1)?.output_data ?? {};
  const pin = Object.keys(outputs).find((name) => name !== "error" && outputs[name].length);
  return pin === undefined ? null : { pin, values: outputs[pin] };
}
