/** What happened in a run, in its order, by the executions of its nodes. A press on a line opens its node. */

import { h, setText } from "../dom.js";
import { cut, duration, exactTime, timeMs } from "../format.js";
import { plural, t } from "../messages.js";
import { VirtualList } from "../virtual_list.js";

/** @typedef {import("../run_state.js").RunState} RunState */
/** @typedef {import("../types.js").NodeExecution} NodeExecution */
/** @typedef {{atMs: number, text: string, nodeId: string, tone: string}} LogLine */

const ROW_HEIGHT = 22;
const MAX_ROWS = 9;
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
    const all = [...state.byId.values()].flatMap((execution) => linesOf(execution, this.titleOf(execution.node_id)));
    this.lines = [...runLines(state), ...all].sort((a, b) => a.atMs - b.atMs);
    this.#filter();
  }

  stop() {
    clearTimeout(this.timer);
  }

  #filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { element } = this.list;
    const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - ROW_HEIGHT;
    this.found = words.length
      ? this.lines.filter((line) => words.every((word) => line.text.toLowerCase().includes(word)))
      : this.lines;
    setText(this.size, plural(this.found.length, "{n} line", "{n} lines"));
    this.list.setCount(this.found.length);
    if (atEnd && !words.length) element.scrollTop = element.scrollHeight;
  }
}

/** @param {RunState} state @returns {LogLine[]} */
function runLines({ run }) {
  const started = timeMs(run?.started_at);
  const ended = timeMs(run?.ended_at);
  const lines = [];
  if (!Number.isNaN(started)) lines.push({ atMs: started - 0.001, text: t("The run started"), nodeId: "", tone: "quiet" });
  const words = /** @type {Record<string, string>} */ ({
    COMPLETED: t("The run completed"),
    FAILED: t("The run failed"),
    TERMINATED: t("The run was stopped"),
  });
  const word = words[run?.status ?? ""];
  const why = run?.stats?.error ? `: ${String(run.stats.error)}` : "";
  if (word && !Number.isNaN(ended)) lines.push({ atMs: ended + 0.001, text: word + why, nodeId: "", tone: "quiet" });
  return lines;
}

/** @param {NodeExecution} execution @param {string} node @returns {LogLine[]} */
function linesOf(execution, node) {
  const { node_id: nodeId, startMs: start = NaN, endMs: end = NaN } = execution;
  /** @type {LogLine[]} */
  const lines = [];
  if (!Number.isNaN(start)) lines.push({ atMs: start, text: t("{node}: started", { node }), nodeId, tone: "quiet" });
  for (const one of execution.tries ?? []) {
    const text = t("{node}: try {n} failed: {why}", { node, n: one.try + 1, why: one.error });
    lines.push({ atMs: timeMs(one.failed_at), text, nodeId, tone: "failed" });
  }
  if (execution.status === "REVIEW")
    lines.push({
      atMs: start || timeMs(execution.add_time),
      text: t("{node}: waits for a person", { node }),
      nodeId,
      tone: "wait",
    });
  if (Number.isNaN(end)) return lines;
  const isFailed = execution.status === "FAILED";
  const why = isFailed ? `: ${String(execution.output_data?.error?.[0] ?? "")}` : "";
  const values = Object.values(execution.output_data ?? {}).reduce((sum, list) => sum + list.length, 0);
  const gave = plural(values, "{n} value", "{n} values");
  const said = { node, took: duration(end - start), gave };
  const text = isFailed ? t("{node}: failed after {took}", said) + why : t("{node}: completed in {took}, {gave}", said);
  lines.push({ atMs: end, text, nodeId, tone: isFailed ? "failed" : "quiet" });
  return lines;
}

/** @param {LogLine} line @returns {Node[]} */
function drawLine({ atMs, text, tone }) {
  const at = new Date(atMs);
  const time = Number.isNaN(atMs) ? "" : at.toTimeString().slice(0, 8);
  return [
    h("span", { class: "log-time", title: exactTime(atMs) }, time),
    h("span", { class: `log-text tone-${tone}`, dir: "auto", title: cut(text, 400) }, cut(text, 400).replace(/\s+/g, " ")),
  ];
}
