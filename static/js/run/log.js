/** What happened in a run, in its order, by the executions of its nodes. A press on a line opens its node. */

import { h, setText } from "../dom.js";
import { cut, duration, exactTime, timeMs } from "../format.js";
import { plural, t } from "../messages.js";
import { valueLine } from "../value_line.js";
import { VirtualList } from "../virtual_list.js";

/** @typedef {import("../run_state.js").RunState} RunState */
/** @typedef {import("../types.js").NodeExecution} NodeExecution */
/** @typedef {{atMs: number, nodeId: string, tone: string, say: () => string}} LogLine its words are only made where they are read */

const ROW_HEIGHT = 22;
const MAX_ROWS = 9;
const SEARCH_AT_ONCE = 5000;
const AGAIN_AFTER_MS = 1000; // thousands of lines are put in order again: once a second is often enough

export class RunLog {
  /** @param {(nodeId: string) => string} titleOf @param {(nodeId: string) => void} onChoose */
  constructor(titleOf, onChoose) {
    this.titleOf = titleOf;
    /** @type {LogLine[]} */
    this.lines = [];
    /** @type {LogLine[]} */
    this.found = [];
    this.search = h("input", {
      class: "input",
      type: "search",
      placeholder: t("Search the log"),
      "aria-label": t("Search the log"),
    });
    this.search.addEventListener("input", () => this.#filter());
    this.size = h("span", { class: "muted", role: "status" });
    this.list = new VirtualList({
      label: t("Log"),
      rowHeight: ROW_HEIGHT,
      maxRows: MAX_ROWS,
      render: (index) => drawLine(this.found[index]),
      onChoose: (index) => this.found[index]?.nodeId && onChoose(this.found[index].nodeId),
    });
    this.list.element.classList.add("log");
    const head = h("div", { class: "card-head" }, h("h2", null, t("Log")), h("span", { class: "grow" }), this.size, this.search);
    this.element = h("section", { class: "card", "aria-label": t("Log") }, head, this.list.element);
  }

  /** @param {RunState} state @param {boolean} isLast no more changes come */
  update(state, isLast) {
    const now = Date.now();
    clearTimeout(this.timer);
    if (!isLast && now - (this.shownAt ?? 0) < AGAIN_AFTER_MS) {
      this.timer = setTimeout(() => this.update(state, isLast), AGAIN_AFTER_MS);
      return;
    }
    this.shownAt = now;
    /** @type {LogLine[]} */
    const lines = runLines(state);
    for (const execution of state.byId.values()) addLines(lines, execution, () => this.titleOf(execution.node_id));
    this.lines = lines.sort((a, b) => a.atMs - b.atMs);
    this.#filter();
  }

  stop() {
    clearTimeout(this.timer);
  }

  #filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    this.searching = undefined;
    if (!words.length) return this.#show(this.lines, true);
    void this.#search(words, this.lines);
  }

  /** @param {string[]} words @param {LogLine[]} lines hundreds of thousands are read in pieces, so that the page stays alive */
  async #search(words, lines) {
    const token = (this.searching = {});
    /** @type {LogLine[]} */
    const found = [];
    for (let at = 0; at < lines.length; at += SEARCH_AT_ONCE) {
      if (at) await new Promise((resolve) => setTimeout(resolve));
      if (this.searching !== token) return;
      for (const line of lines.slice(at, at + SEARCH_AT_ONCE)) {
        const text = line.say().toLowerCase();
        if (words.every((word) => text.includes(word))) found.push(line);
      }
    }
    this.#show(found, false);
  }

  /** @param {LogLine[]} lines @param {boolean} follows whether a reader at the end stays there */
  #show(lines, follows) {
    const { element } = this.list;
    const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - ROW_HEIGHT;
    this.found = lines;
    setText(this.size, plural(lines.length, "{n} line", "{n} lines"));
    this.list.setCount(lines.length);
    if (atEnd && follows) element.scrollTop = element.scrollHeight;
  }
}

/** @param {RunState} state @returns {LogLine[]} */
function runLines({ run }) {
  const started = timeMs(run?.started_at);
  const ended = timeMs(run?.ended_at);
  const lines = [];
  const say = () => t("The run started");
  if (!Number.isNaN(started)) lines.push({ atMs: started - 0.001, nodeId: "", tone: "quiet", say });
  const words = /** @type {Record<string, string>} */ ({
    COMPLETED: t("The run completed"),
    FAILED: t("The run failed"),
    TERMINATED: t("The run was stopped"),
  });
  const word = words[run?.status ?? ""];
  const why = run?.stats?.error ? `: ${String(run.stats.error)}` : "";
  if (word && !Number.isNaN(ended)) lines.push({ atMs: ended + 0.001, nodeId: "", tone: "quiet", say: () => word + why });
  return lines;
}

/** @param {LogLine[]} lines to add to @param {NodeExecution} execution @param {() => string} title */
function addLines(lines, execution, title) {
  const { node_id: nodeId, startMs: start = NaN, endMs: end = NaN } = execution;
  const add = (/** @type {number} */ atMs, /** @type {string} */ tone, /** @type {() => string} */ say) =>
    lines.push({ atMs, nodeId, tone, say });
  if (!Number.isNaN(start)) add(start, "quiet", () => t("{node}: started", { node: title() }));
  for (const one of execution.tries ?? [])
    add(timeMs(one.failed_at), "failed", () =>
      t("{node}: try {n} failed: {why}", { node: title(), n: one.try + 1, why: one.error }),
    );
  if (execution.status === "REVIEW")
    add(start || timeMs(execution.add_time), "wait", () => t("{node}: waits for a person", { node: title() }));
  if (!Number.isNaN(end)) add(end, execution.status === "FAILED" ? "failed" : "quiet", () => endWords(execution, title()));
}

/** @param {NodeExecution} execution that has ended @param {string} node @returns {string} */
function endWords(execution, node) {
  const { status, output_data: outputs = {}, startMs = NaN, endMs = NaN } = execution;
  const values = execution.n_outputs ?? Object.values(outputs).reduce((sum, list) => sum + list.length, 0);
  const said = { node, took: duration(endMs - startMs), gave: plural(values, "{n} value", "{n} values") };
  if (status !== "FAILED") return t("{node}: completed in {took}, {gave}", said);
  return `${t("{node}: failed after {took}", said)}: ${valueLine(outputs.error?.[0] ?? "")}`;
}

/** @param {LogLine} line @returns {Node[]} */
function drawLine({ atMs, tone, say }) {
  const text = say();
  const at = new Date(atMs);
  const time = Number.isNaN(atMs) ? "" : at.toTimeString().slice(0, 8);
  return [
    h("span", { class: "log-time", title: exactTime(atMs) }, time),
    h("span", { class: `log-text tone-${tone}`, dir: "auto", title: cut(text, 400) }, cut(text, 400).replace(/\s+/g, " ")),
  ];
}
