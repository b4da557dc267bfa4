/** The blocks of this server: what agents can be made of. */

import { loadCatalog } from "../catalog.js";
import { fill, h } from "../dom.js";
import { blockTitle, pinKind } from "../names.js";
import { pageHead } from "../page_head.js";
import { plural, t } from "../messages.js";

/** @typedef {import("../types.js").Block} Block */
/** @typedef {import("../types.js").ObjectSchema} ObjectSchema */

/** @type {import("../pages.js").View} */
export async function showBlocks(main, _place, signal) {
  const catalog = await loadCatalog();
  if (signal.aborted) return;
  const blocks = [...catalog.values()].sort((a, b) => blockTitle(a.name).localeCompare(blockTitle(b.name)));
  const rows = blocks.map((block) => ({
    element: blockRow(block),
    text: `${block.name} ${blockTitle(block.name)} ${block.description} ${categories(block).join(" ")}`.toLowerCase(),
  }));
  const shown = h("p", { class: "muted", role: "status" }, plural(blocks.length, "{n} block", "{n} blocks"));
  const input = h("input", {
    class: "input",
    type: "search",
    placeholder: t("Search by name, purpose or category"),
    "aria-label": t("Search blocks"),
  });
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    for (const row of rows) row.element.hidden = !words.every((word) => row.text.includes(word));
    shown.textContent = plural(rows.filter((row) => !row.element.hidden).length, "{n} block", "{n} blocks");
  });
  const head = pageHead({ title: t("Blocks") });
  fill(
    main,
    head,
    h("div", { class: "search" }, input, shown),
    h(
      "ul",
      { class: "card blocks" },
      rows.map((row) => row.element),
    ),
  );
}

/** @param {Block} block */
function blockRow(block) {
  const about = h("span", { class: "block-about" }, firstSentence(block.description ?? ""));
  const labels = h(
    "span",
    { class: "block-labels" },
    categories(block).map((name) => h("span", { class: "label" }, name)),
  );
  const summary = h("summary", null, h("span", { class: "block-name" }, blockTitle(block.name)), about, labels);
  const details = h("details", { class: "block" }, summary);
  // 500 blocks with all their pins are too many elements: they come when somebody looks.
  details.addEventListener("toggle", () => details.children.length > 1 || details.append(blockDetail(block)), { once: true });
  return h("li", null, details);
}

/** @param {Block} block */
function blockDetail(block) {
  return h(
    "div",
    { class: "block-detail" },
    h("p", { class: "block-text" }, block.description || t("It says nothing about itself.")),
    h("div", { class: "block-pins" }, pinList(t("Inputs"), block.inputSchema), pinList(t("Outputs"), block.outputSchema)),
    h("p", { class: "mono muted" }, block.id),
  );
}

/** @param {string} title @param {ObjectSchema} schema */
function pinList(title, schema) {
  const required = new Set(schema?.required ?? []);
  const pins = Object.entries(schema?.properties ?? {}).map(([name, pin]) =>
    h(
      "li",
      null,
      h("span", { class: `pin-dot pin-${pinKind(pin)}` }),
      h(
        "span",
        null,
        h("span", { class: "mono" }, name),
        title === "Inputs" && required.has(name) ? h("span", { class: "muted" }, " required") : null,
        pin.description ? h("span", { class: "pin-about" }, pin.description) : null,
      ),
    ),
  );
  return h(
    "section",
    null,
    h("h3", null, title),
    h("ul", { class: "pin-list" }, pins.length ? pins : h("li", { class: "muted" }, "none")),
  );
}

/** @param {Block} block @returns {string[]} */
function categories(block) {
  return (block.categories ?? [])
    .map((one) => (typeof one === "string" ? one : one.category))
    .map((name) => name.replace(/_/g, " ").toLowerCase());
}

/** @param {string} text */
function firstSentence(text) {
  return text.split(/(?<=[.!?])\s/)[0];
}
