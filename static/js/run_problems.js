/** What went wrong in a run, why, and what next. It leads where nothing came out; else it stands below the outputs. */

import { copyText } from "./copy_text.js";
import { fill, h } from "./dom.js";
import { cut, duration, timeMs } from "./format.js";
import { icon } from "./icons.js";
import { plural, t } from "./messages.js";
import { button } from "./page_head.js";
import { FailureRepair } from "./run/failure_repair.js";
import { limitRepair } from "./run/limit_repair.js";
import { hasEnded } from "./status.js";
import { valueWords } from "./value_line.js";

/** @typedef {import("./types.js").NodeExecution} NodeExecution */
/** @typedef {import("./run_state.js").RunState} RunState */

/** More is read in the report below. */
const CAUSE_CHARS = 300;
const REPORT_CHARS = 20_000;

export class RunProblems {
  /**
   * @param {{graphId: string, runId: string, titleOf: (nodeId: string) => string, openNode: (nodeId: string) => void,
   *   canRepair: boolean}} place `canRepair`: the agent is there
   */
  constructor(place) {
    this.place = place;
    this.shown = "";
    this.hasEnded = false;
    this.element = h("section", { class: "card problem", "aria-label": t("Problems"), hidden: true });
  }

  /** @param {RunState} state */
  update(state) {
    const run = state.run;
    const failures = state.failures();
    const [first] = failures;
    const known = [first?.output_data?.error?.length, first?.n_outputs, first?.error_code];
    const key = [run?.status, failures.length, ...known].join(" ");
    if (!run || key === this.shown) return;
    this.shown = key;
    this.hasEnded = hasEnded(run.status);
    this.element.hidden = !failures.length && run.status !== "FAILED";
    if (this.element.hidden) return;
    if (first) this.#showFailure(first, failures.length - 1);
    else this.#showEnd(run);
  }

  /** @param {NodeExecution} first @param {number} more */
  #showFailure(first, more) {
    const node = this.place.titleOf(first.node_id);
    const error = first.output_data?.error?.[0];
    const cause = error === undefined ? t("It gave no reason.") : valueWords(error);
    const title = more
      ? plural(more, "{node} and {n} more execution failed", "{node} and {n} more executions failed", { node })
      : t("{node} failed", { node });
    const { graphId, runId, openNode } = this.place;
    // What goes on cannot be begun again from the middle.
    const canRepair = this.place.canRepair && this.hasEnded;
    const repair = new FailureRepair(graphId, runId, first, canRepair, () => openNode(first.node_id));
    this.#show({ title, cause, tried: triesWords(first), repair: repair.element, glyph: repair.isOfKey ? "key" : "cross" });
  }

  /** No node failed, the run as a whole did. @param {import("./types.js").GraphExecution} run */
  #showEnd(run) {
    const code = run.stats?.error_code;
    const title =
      code === "budget_exceeded"
        ? t("The budget is spent")
        : code === "limit_exceeded"
          ? t("The run reached a limit")
          : t("The run failed");
    const repair = this.place.canRepair ? limitRepair(this.place.graphId, this.place.runId, code) : null;
    this.#show({ title, cause: String(run.stats?.error ?? t("The server gave no reason.")), repair });
  }

  /** @param {{title: string, cause: string, tried?: string, repair: HTMLElement|null, glyph?: string}} problem */
  #show({ title, cause, tried = "", repair, glyph = "cross" }) {
    const isLong = cause.length > CAUSE_CHARS || cause.includes("\n");
    fill(
      this.element,
      h(
        "div",
        { class: "problem-head" },
        h("span", { class: "problem-icon" }, icon(glyph)),
        h("div", null, h("h2", null, title), h("p", { dir: "auto" }, `${isLong ? firstWords(cause) : cause} ${tried}`.trim())),
      ),
      repair,
      isLong ? this.#report(title, cause) : null,
    );
  }

  /** @param {string} title @param {string} cause */
  #report(title, cause) {
    const copy = button(
      t("Copy report"),
      "copy",
      () => void copyText(`${title}\n${location.href}\n\n${cause}`, t("Copied")),
      "small quiet",
    );
    const summary = h("summary", null, icon("chevron", "row-chevron"), h("h3", null, t("What it said")));
    const text = h(
      "pre",
      { class: "problem-said", dir: "auto", tabindex: 0, "aria-label": t("What it said") },
      cut(cause, REPORT_CHARS),
    );
    return h("div", { class: "problem-report" }, h("details", { class: "fold" }, summary, text), copy);
  }
}

/** @param {NodeExecution} execution @returns {string} how often it was tried, where that was more than once */
function triesWords({ tries = [], start_time: start, end_time: end }) {
  if (!tries.length) return "";
  const time = duration(timeMs(end) - timeMs(start));
  return plural(tries.length + 1, "Tried {n} time in {time}.", "Tried {n} times in {time}.", { time });
}

/** @param {string} text @returns {string} */
function firstWords(text) {
  return cut(text.split("\n", 1)[0], CAUSE_CHARS);
}
