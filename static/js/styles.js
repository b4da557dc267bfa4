/** Styles of a page that is not among the first: loaded once, with the page. */

import { h } from "./dom.js";

/** @type {Map<string, Promise<void>>} */
const loaded = new Map();

/** @param {...string} names of files in static/ @returns {Promise<any>} when they are there (or cannot be had) */
export function loadStyles(...names) {
  return Promise.all(names.map((name) => loaded.get(name) ?? load(name)));
}

/** @param {string} name */
function load(name) {
  const link = h("link", { rel: "stylesheet", href: new URL(`../${name}`, import.meta.url).href });
  const done = new Promise((resolve) =>
    ["load", "error"].forEach((event) => link.addEventListener(event, () => resolve(undefined))),
  );
  loaded.set(name, done);
  document.head.append(link);
  return done;
}
