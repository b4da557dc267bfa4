/** What became of the times at which schedules were due. */

import { fill, h } from "../dom.js";
import { duration, exactTime, number, timeMs, when } from "../format.js";
import { credits } from "../library/words.js";
import { t } from "../messages.js";
import { paths } from "../router.js";
import { statusIcon } from "../status.js";
import { fireLook, fireWords, hasFailed, isWholeSentence, wasNotRun } from "./fire_words.js";

/** @typedef {import("../api/schedules.js").Fire} Fire */

const MOST_ROWS = 50;

/** @type {[string, (fire: Fire) => boolean][]} */
const FILTERS = [
  [t("All"), () => true],
  [t("Not run"), wasNotRun],
  [t("Failed"), hasFailed],
];

/** @param {Fire[]} fires the newest first */
export function fireHistory(fires) {
  const list = h("ul", { class: "fires" });
  const chips = FILTERS.map(([label, fits], i) =>
    h(
      "button",
      { class: "chip", type: "button", on: { click: () => show(i) } },
      label,
      i ? h("span", { class: "chip-count" }, number(fires.filter(fits).length)) : null,
    ),
  );
  const show = (/** @type {number} */ chosen) => {
    const rows = fires.filter(FILTERS[chosen][1]).slice(0, MOST_ROWS);
    chips.forEach((chip, i) => chip.setAttribute("aria-pressed", String(i === chosen)));
    fill(list, rows.length ? rows.map(fireRow) : h("li", { class: "card-body muted" }, t("Nothing here.")));
  };
  show(0);
  return h(
    "section",
    { class: "card", "aria-label": t("What happened") },
    h(
      "div",
      { class: "card-head" },
      h("h2", null, t("What happened")),
      h("span", { class: "grow" }),
      h("div", { class: "chips", role: "group", "aria-label": t("Filter") }, chips),
    ),
    list,
  );
}

/** @param {Fire} fire */
function fireRow(fire) {
  const look = fireLook(fire);
  const due = timeMs(fire.due_at);
  const name = fire.agent_name || t("Agent without a name");
  const title = fire.graph_exec_id ? h("a", { href: paths.run(fire.graph_id, fire.graph_exec_id) }, name) : h("span", null, name);
  return h(
    "li",
    { class: "fire" },
    h("span", { class: "fire-icon", title: look.word }, statusIcon(look)),
    h("time", { class: "fire-when", title: exactTime(due) }, when(due)),
    h("b", { class: "fire-name" }, title),
    h("span", { class: "fire-words" }, fireWords(fire)),
    h("span", { class: "fire-cost" }, fire.cost_credits ? credits(fire.cost_credits) : ""),
    h(
      "span",
      { class: "fire-took", title: t("How long it ran") },
      fire.duration_s === null ? "" : duration(fire.duration_s * 1000),
    ),
    fire.reason && isWholeSentence(fire.reason)
      ? h("a", { class: "button small", href: paths.costs() }, t("Raise budget"))
      : null,
  );
}
