/** An output as what it is: a letter to read, a table, a picture, a sound, a film, a file, a page; its source is one press away. */

import { CutValue } from "../cut_value.js";
import { h } from "../dom.js";
import { t } from "../messages.js";
import { isDataAddress } from "../save_file.js";
import { valueView } from "../value_view.js";
import { fileView } from "./media_view.js";
import { tableView } from "./table_view.js";

/** Longer texts are shown as text: to read them as markdown would hold up the page. */
const MOST_MARKDOWN_CHARS = 60_000;

const MARKDOWN = [
  /^#{1,6} \S/m,
  /\*\*[^*\n]+\*\*/,
  /^\s*[-*] .+\n\s*[-*] /m,
  /!?\[[^\]\n]*\]\([^)\n]+\)/,
  /^```/m,
  /^\|.+\|\s*$/m,
];

/** @param {string} name of the output @param {any} value @returns {HTMLElement} */
export function richView(name, value) {
  if (typeof value === "string") return textView(name, value);
  if (value instanceof CutValue && value.kind === "text")
    return isDataAddress(value.head) ? fileView(name, value) : valueView(value);
  const table = tableView(name, value);
  return table ? twoWays(t("Table"), () => table, value) : valueView(value);
}

/** @param {string} name @param {string} text */
function textView(name, text) {
  if (isDataAddress(text)) return fileView(name, text);
  if (text.length > MOST_MARKDOWN_CHARS) return valueView(text);
  if (/^\s*(<!doctype html|<html[\s>])/i.test(text)) return twoWays(t("Page"), () => framed(name, text), text, true);
  return isMarkdown(text) ? twoWays(t("Read"), () => reading(text), text) : valueView(text);
}

/** @param {string} text */
function isMarkdown(text) {
  return text.length <= MOST_MARKDOWN_CHARS && MARKDOWN.some((sign) => sign.test(text));
}

/** For a talk, where the source is nothing that one asks for. @param {any} value @returns {HTMLElement} */
export function spokenView(value) {
  return typeof value === "string" && isMarkdown(value) ? reading(value) : valueView(value);
}

/**
 * @param {string} label of the first way @param {() => HTMLElement} make it @param {any} value as it is, for the second
 * @param {boolean} [startsAsSource]
 */
function twoWays(label, make, value, startsAsSource = false) {
  const place = h("div");
  const ways = /** @type {[string, () => HTMLElement][]} */ ([
    [label, make],
    [t("Source"), () => valueView(value)],
  ]);
  const buttons = ways.map(([word], i) => {
    const props = { class: "segment", type: "button", on: { click: () => show(i) } };
    return h("button", props, word);
  });
  /** @param {number} chosen */
  function show(chosen) {
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === chosen)));
    place.replaceChildren(ways[chosen][1]());
  }
  show(startsAsSource ? 1 : 0);
  return h("div", { class: "rich" }, h("div", { class: "segments", role: "group", "aria-label": t("Shown as") }, buttons), place);
}

/** @param {string} text @returns {HTMLElement} the text itself until the reader of markdown is there */
function reading(text) {
  const place = h("div", { class: "markdown", dir: "auto" }, valueView(text));
  import("./markdown_view.js").then(
    ({ markdownParts }) => place.replaceChildren(markdownParts(text)),
    () => {}, // the text stays
  );
  return place;
}

/**
 * Somebody else's page: without scripts, without our origin, and with our own policy, which loads nothing from outside.
 * @param {string} name @param {string} html
 */
function framed(name, html) {
  return h("iframe", { class: "page-frame", sandbox: "", srcdoc: html, title: t("Page {name}", { name }), loading: "lazy" });
}
