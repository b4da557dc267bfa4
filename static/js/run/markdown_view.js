/**
 * Markdown as elements. It comes from models and web pages: only the elements of a letter pass, and nothing is loaded. The address of
 * a picture may carry what the model has read to somebody else, so a picture is a link that says where it leads.
 */

import { h } from "../dom.js";
import { t } from "../messages.js";
import { bytesOf } from "../save_file.js";
import { isSafePicture } from "./image_size.js";
import { DOMPurify, Marked } from "../../vendor/markdown.js";

const TAGS =
  `p br hr h1 h2 h3 h4 h5 h6 strong em b i u s del ins sub sup blockquote ul ol li code pre kbd table thead tbody tr th td
a img span div details summary`.split(/\s+/);

/** A picture that is all there already; SVG too: in an <img> it runs and loads nothing. */
const OWN_PICTURE = /^data:(image\/[\w.+-]+);base64,/;

/** Markup in a letter is shown as the text that it is: a letter has its own signs for what may be set off. */
const reader = new Marked({ gfm: true, async: false, renderer: { html: ({ text }) => escapeMarkup(text) } });

/** @param {string} text */
function escapeMarkup(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** @param {string} text @returns {DocumentFragment} */
export function markdownParts(text) {
  const html = /** @type {string} */ (reader.parse(text));
  // Parsed into a document of its own that loads nothing; only what is left afterwards comes into ours.
  const body = /** @type {HTMLElement} */ (
    DOMPurify.sanitize(html, {
      ALLOWED_TAGS: TAGS,
      ALLOWED_ATTR: ["href", "src", "alt", "align", "start", "colspan", "rowspan"],
      ALLOW_DATA_ATTR: false,
      ALLOW_ARIA_ATTR: false,
      RETURN_DOM: true,
    })
  );
  for (const image of body.querySelectorAll("img"))
    if (!isOwnPicture(image.getAttribute("src") ?? "")) image.replaceWith(pictureLink(image));
  for (const link of body.querySelectorAll("a")) keepLink(link);
  for (const heading of body.querySelectorAll("h1, h2, h3, h4, h5, h6")) lowerHeading(heading);
  const parts = document.createDocumentFragment();
  parts.append(...body.childNodes);
  return parts;
}

/** @param {string} address @returns {boolean} */
function isOwnPicture(address) {
  const kind = OWN_PICTURE.exec(address)?.[1];
  const bytes = kind ? bytesOf(address) : null;
  return kind !== undefined && bytes !== null && isSafePicture(kind, bytes);
}

/** @param {HTMLImageElement} image @returns {Node} */
function pictureLink(image) {
  const address = image.getAttribute("src") ?? "";
  const about = image.getAttribute("alt") || t("a picture");
  const host = /^https?:\/\//i.test(address) && URL.canParse(address) ? new URL(address).host : "";
  if (!host) return h("span", { class: "muted" }, about);
  return h("a", { href: address, class: "picture-link" }, t("Picture at {host}: {about}", { host, about }));
}

/** Opens beside ours, tells nobody where it came from, and leads to the web or to a mail only. @param {HTMLAnchorElement} link */
function keepLink(link) {
  const address = link.getAttribute("href") ?? "";
  if (!/^(https?|mailto):/i.test(address)) return link.replaceWith(h("span", null, ...link.childNodes));
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  link.title = address.slice(0, 300);
}

/** The page has its own first headings. @param {Element} heading */
function lowerHeading(heading) {
  const level = Math.min(6, Number(heading.tagName[1]) + 2);
  heading.replaceWith(h(/** @type {"h3"} */ (`h${level}`), { class: `heading-${heading.tagName[1]}` }, ...heading.childNodes));
}
