/** Styles that not every page has: loaded once, with the page. */

import { h } from "./dom.js";

/** @type {Map<string, Promise<void>>} */
const loaded = new Map();

/** @param {...string} names of files in static/ @returns {Promise<any>} when they are there (or cannot be had) */
export function loadStyles(...names) {
  return Promise.all(names.map((name) => loaded.get(name) ?? load(name)));
}

/**
 * Those that all pages but the builder's first screen have. They stand before any page's own, whichever page is opened first: later rules win.
 * @returns {Promise<any>}
 */
export function loadSharedStyles() {
  const place = /** @type {Element} */ (document.querySelector("link[href$='/controls.css']"));
  const before = /** @type {Element} */ (place.nextElementSibling);
  return Promise.all(["forms.css", "pages.css", "run.css"].map((name) => loaded.get(name) ?? load(name, before)));
}

/** @param {string} name @param {Element|null} [before] in front of it, else as the last */
function load(name, before = null) {
  const link = h("link", { rel: "stylesheet", href: new URL(`../${name}`, import.meta.url).href });
  const done = new Promise((resolve) =>
    ["load", "error"].forEach((event) => link.addEventListener(event, () => resolve(undefined))),
  );
  loaded.set(name, done);
  document.head.insertBefore(link, before);
  return done;
}
