/** What became of what was delivered. */

import { h } from "../dom.js";
import { exactTime, timeMs, when } from "../format.js";
import { icon } from "../icons.js";
import { plural, t } from "../messages.js";
import { paths } from "../router.js";

/** @typedef {import("../api/triggers.js").Delivery} Delivery */

/** @type {Record<string, {word: string, icon: string, tone: string}>} */
const LOOKS = {
  started: { word: t("Started a run"), icon: "check", tone: "done" },
  skipped: { word: t("Not wanted"), icon: "skip", tone: "quiet" },
  refused: { word: t("Refused"), icon: "cross", tone: "failed" },
  stale: { word: t("Too old"), icon: "clock", tone: "wait" },
  ping: { word: t("Ping"), icon: "check", tone: "quiet" },
};

/** @param {Delivery[]} deliveries the newest first @param {Map<string, string>} graphs the agent of each preset */
export function deliveryList(deliveries, graphs) {
  if (!deliveries.length) return h("p", { class: "muted" }, t("Nothing has been delivered yet. Press Test to send a sample."));
  return h(
    "ul",
    { class: "deliveries" },
    deliveries.map((one) => row(one, graphs.get(one.preset_id ?? ""))),
  );
}

/** @param {Delivery} one @param {string} [graphId] */
function row(one, graphId) {
  const look = LOOKS[one.status];
  const run = one.graph_exec_id && graphId ? h("a", { href: paths.run(graphId, one.graph_exec_id) }, look.word) : look.word;
  const repeats = one.n_repeats ? ` ${plural(one.n_repeats, "It came once more.", "It came {n} times more.")}` : "";
  const at = timeMs(one.received_at);
  return h(
    "li",
    { class: "delivery" },
    icon(look.icon, `tone-${look.tone}`),
    h("time", { title: exactTime(at) }, when(at)),
    h("code", null, one.event),
    h("span", null, run, one.reason ? `: ${one.reason}` : "", repeats),
  );
}
