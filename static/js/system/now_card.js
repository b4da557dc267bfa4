/** What goes on at the moment: places, memory, and how many nodes ran in each minute of the last hour. */

import { h } from "../dom.js";
import { duration, number, size } from "../format.js";
import { locale, plural, t } from "../messages.js";
import { paths } from "../router.js";
import { card } from "./cards.js";

/** @typedef {import("../api/system.js").Status} Status */

const MINUTES = 60;
const MINUTE_MS = 60_000;

/** @param {Status} status @returns {HTMLElement} */
export function nowCard(status) {
  const { queue } = status;
  const longest = queue.longest_wait_s ? t("longest {time}", { time: duration(queue.longest_wait_s * 1000) }) : "";
  const facts = [
    [t("Running"), number(queue.running), t("of {n} places", { n: number(queue.places) })],
    [t("Waiting"), number(queue.waiting), longest],
    [t("Memory"), size(status.memory_bytes ?? 0), ""],
    [t("Slowest reply"), status.slow_reply_ms === null ? "–" : duration(status.slow_reply_ms), "p99"],
  ];
  const list = h(
    "dl",
    { class: "system-facts" },
    facts.map(([name, value, more]) => h("div", null, h("dt", null, name), h("dd", null, value, " ", h("small", null, more)))),
  );
  const beside = h("span", { class: "muted" }, t("nodes a minute, last hour"));
  const element = card(t("Now"), beside, h("div", { class: "now" }, list, minuteChart(status.nodes_a_minute)), runList(status));
  element.classList.add("system-two");
  return element;
}

/** @param {Status} status */
function runList({ running }) {
  if (!running.length) return h("p", { class: "card-body muted" }, t("Nothing runs at the moment."));
  const rows = running.map((run) =>
    h(
      "li",
      null,
      h("a", { href: paths.run(run.graph_id, run.id) }, run.name || t("Agent without a name")),
      h("span", { class: "muted" }, plural(run.node_executions, "{n} node", "{n} nodes")),
    ),
  );
  return h("ul", { class: "system-list now-runs" }, rows);
}

/** @param {number[]} counts the oldest first @returns {HTMLElement} */
function minuteChart(counts) {
  const all = [...Array(Math.max(0, MINUTES - counts.length)).fill(0), ...counts].slice(-MINUTES);
  const most = Math.max(...all);
  const peakAt = all.indexOf(most);
  const time = (/** @type {number} */ i) => {
    const at = new Date(Date.now() - (MINUTES - 1 - i) * MINUTE_MS);
    return at.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  };
  const bars = all.map((count, i) => {
    const bar = h("i", { class: i >= MINUTES - 2 ? "is-now" : null });
    bar.style.height = count ? `max(3px, ${(100 * count) / most}%)` : "2px";
    return bar;
  });
  const peak = most ? t("peak {n} at {time}", { n: number(most), time: time(peakAt) }) : t("no node ran");
  return h(
    "div",
    { class: "minutes", role: "img", "aria-label": t("Nodes a minute in the last hour: {peak}", { peak }) },
    h("div", { class: "minute-bars" }, bars),
    h("div", { class: "minute-axis" }, h("span", null, time(0)), h("span", null, peak), h("span", null, t("now"))),
  );
}
