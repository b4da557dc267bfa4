/** The server's log: its last warnings among the cards, and all that it still knows on a page of its own. */

import { listLog } from "../api/system.js";
import { fill, h } from "../dom.js";
import { exactTime, fileName, timeMs } from "../format.js";
import { locale, t } from "../messages.js";
import { button } from "../page_head.js";
import { toastError } from "../toast.js";
import { saveFile } from "../save_file.js";
import { card } from "./cards.js";

/** @typedef {import("../api/system.js").LogLine} LogLine */

const MOST_WARNINGS = 6;
const MOST_LINES = 2000;

/** @type {[string, string][]} */
const LEVELS = [
  ["info", t("All")],
  ["warning", t("Warnings")],
  ["error", t("Errors")],
];

/** @param {LogLine[]} warnings the newest last */
export function warningsCard(warnings) {
  const lines = warnings.slice(-MOST_WARNINGS).reverse();
  const body = lines.length
    ? h("ol", { class: "log-lines" }, lines.map(logLine))
    : h("p", { class: "card-body muted" }, t("None since the start."));
  const element = card(t("Last warnings"), h("a", { class: "button small", href: "/system?log" }, t("All of the log")), body);
  element.classList.add("system-wide");
  return element;
}

/** @param {AbortSignal} signal @returns {{element: HTMLElement, reload: () => Promise<void>}} */
export function logCard(signal) {
  let level = "info";
  /** @type {LogLine[]} */
  let lines = [];
  const list = h("ol", { class: "log-lines log-all", tabindex: 0, "aria-label": t("Log, the newest first") });
  const find = h("input", {
    class: "input",
    type: "search",
    placeholder: t("Find in the log"),
    "aria-label": t("Find in the log"),
  });
  const draw = () => {
    const wanted = find.value.trim().toLowerCase();
    const found = lines.filter((line) => !wanted || `${line.source} ${line.text}`.toLowerCase().includes(wanted));
    const none = h(
      "li",
      { class: "log-none muted" },
      lines.length ? t("No line has that.") : t("Nothing was logged since the start."),
    );
    fill(list, found.length ? found.toReversed().map(logLine) : none);
  };
  const reload = async () => {
    lines = await listLog(level, MOST_LINES);
    if (!signal.aborted) draw();
  };
  find.addEventListener("input", draw);
  const buttons = LEVELS.map(([name, label]) => {
    const one = h("button", { class: "segment", type: "button", "aria-pressed": String(name === level) }, label);
    one.addEventListener("click", () => {
      level = name;
      buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === one)));
      reload().catch((error) => toastError(error));
    });
    return one;
  });
  const save = button(
    t("Download"),
    "download",
    () => saveFile(fileName("autogpt-lite log", "txt"), lines.map(asText).join("\n")),
    "small",
  );
  const levels = h("div", { class: "segments", role: "group", "aria-label": t("Level") }, buttons);
  const tools = h("div", { class: "card-head log-tools" }, find, h("span", { class: "grow" }), levels, save);
  return { element: h("section", { class: "card system-card", "aria-label": t("Log") }, tools, list), reload };
}

/** @param {LogLine} line */
function logLine(line) {
  const at = timeMs(line.at);
  const tone = line.level === "error" ? "tone-failed" : line.level === "warning" ? "tone-wait" : "muted";
  const time = new Date(at).toLocaleTimeString(locale, { hour12: false });
  return h(
    "li",
    null,
    h("time", { class: "muted", title: exactTime(at) }, time),
    h("span", { class: `log-level ${tone}` }, line.level),
    h("span", { class: "log-text" }, `${line.source.replace("autogpt_lite.", "")}: ${line.text}`),
  );
}

/** @param {LogLine} line */
const asText = (line) => `${line.at} ${line.level.toUpperCase()} ${line.source}: ${line.text}`;
