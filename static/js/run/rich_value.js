/** An output as what it is: a letter to read, a table, a picture, a sound, a film, a file, a page; its source is one press away. */

import { h } from "../dom.js";
import { size } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { isDataAddress, saveDataAddress, valueView } from "../value_view.js";
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
  const table = tableView(value);
  return table ? twoWays(t("Table"), () => table, value) : valueView(value);
}

/** @param {string} name @param {string} text */
function textView(name, text) {
  if (isDataAddress(text)) return fileView(name, text);
  if (text.length > MOST_MARKDOWN_CHARS) return valueView(text);
  if (/^\s*(<!doctype html|<html[\s>])/i.test(text)) return twoWays(t("Page"), () => framed(name, text), text, true);
  if (MARKDOWN.some((sign) => sign.test(text))) return twoWays(t("Read"), () => reading(text), text);
  return valueView(text);
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

/** @param {string} name @param {string} address */
function fileView(name, address) {
  const kind = address.slice(5, address.indexOf(";"));
  const bytes = Math.round((address.length - address.indexOf(",") - 1) * 0.75);
  const press = () => saveDataAddress(name, address);
  const line = h(
    "p",
    { class: "file-line" },
    icon("file"),
    h("span", null, `${kind}, ${size(bytes)}`),
    h("button", { class: "link-button", type: "button", on: { click: press } }, t("Download")),
  );
  const shown = mediaView(name, kind, address);
  return h("div", { class: "rich" }, shown, line);
}

/** @param {string} name @param {string} kind @param {string} address @returns {HTMLElement|null} */
function mediaView(name, kind, address) {
  // In an <img> a picture's scripts do not run and its links do not load, also those of SVG.
  if (kind.startsWith("image/")) return h("img", { class: "value-image", src: address, alt: name });
  if (kind.startsWith("audio/")) return h("audio", { class: "value-sound", controls: true, src: address, "aria-label": name });
  if (kind.startsWith("video/")) return h("video", { class: "value-image", controls: true, src: address, "aria-label": name });
  return null;
}
