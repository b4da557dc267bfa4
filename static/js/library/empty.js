/** What the library says where it has nothing to show, with the next thing to do. */

import { h, svg } from "../dom.js";
import { icon } from "../icons.js";
import { openImport } from "../import_agent.js";
import { parts, t } from "../messages.js";
import { button } from "../page_head.js";
import { paths } from "../router.js";

/** @type {Record<string, string>} */
const NONE = {
  needs_you: t("Nothing waits for you."),
  running: t("Nothing runs now."),
  scheduled: t("No agent starts at a time. Open one and choose Schedules."),
  healthy: t("No agent has completed a run yet."),
  idle: t("Every agent runs, waits for you or starts by itself."),
  listening: t("No agent waits for another service. Open one and choose Triggers."),
  favorites: t("No agent has a star. It is at the upper right of each card."),
  archived: t("The archive is empty. Agents in it cannot run, and nothing of them is lost."),
};

/** @param {import("./filters.js").Wanted} wanted @param {() => void} onAll */
export function nothingLikeIt({ show, folder, search }, onAll) {
  const text = search
    ? t("No agent has “{words}” in its name or description.", { words: search })
    : (NONE[show] ?? (folder ? t("This folder is empty. Drag agents onto it, or use “Move” in a card's menu.") : ""));
  return h(
    "div",
    { class: "empty" },
    h("p", null, text),
    h("div", { class: "empty-actions" }, button(t("Show all"), "library", onAll)),
  );
}

/** @type {[string, string, string][]} picture, what is not there, what to do about it */
const FACTS = [
  ["schedules", t("No schedules"), t("Open an agent and choose Schedules.")],
  ["runs", t("Nothing has run"), t("Runs show here the moment they start.")],
  ["key", t("Keys"), t("Those of services are kept under Credentials; the ready-made agents need none.")],
];

/** @param {[string, string, string]} given */
function fact([picture, title, text]) {
  return h(
    "section",
    { class: "card empty-fact" },
    icon(picture),
    h("div", null, h("h3", null, title), h("p", { class: "muted" }, text)),
  );
}

/** @param {HTMLElement} examples that stand below @returns {any[]} */
export function emptyLibrary(examples) {
  const picture = svg(
    "svg",
    { class: "graph empty-picture", viewBox: "0 0 200 70", "aria-hidden": "true" },
    svg(
      "g",
      { class: "graph-links" },
      ["M46 35H84", "M118 35C138 35 132 14 152 14", "M118 35C138 35 132 56 152 56"].map((d) =>
        svg("path", { class: "pin-text", d }),
      ),
    ),
    svg("g", { class: "graph-node" }, svg("rect", { x: 6, y: 24, width: 40, height: 22, rx: 6 })),
    svg("g", { class: "graph-node lit" }, svg("rect", { x: 84, y: 18, width: 34, height: 34, rx: 7 })),
    svg(
      "g",
      { class: "graph-node ahead" },
      svg("rect", { x: 152, y: 3, width: 40, height: 22, rx: 6 }),
      svg("rect", { x: 152, y: 45, width: 40, height: 22, rx: 6 }),
    ),
  );
  const text = parts(
    "Drop an AutoGPT agent file anywhere on this page, paste its JSON with {keys}, or start from one of these.",
    {
      keys: h("kbd", null, "Ctrl V"),
    },
  );
  const fresh = h("a", { class: "button", href: paths.build() }, icon("plus"), t("New agent"));
  const box = h(
    "div",
    { class: "empty dotted" },
    picture,
    h("h2", { class: "empty-title" }, t("No agents yet")),
    h("p", null, text),
    h("div", { class: "empty-actions" }, fresh, button(t("Import an agent"), "upload", openImport)),
  );
  return [box, examples, h("div", { class: "empty-facts" }, FACTS.map(fact))];
}
