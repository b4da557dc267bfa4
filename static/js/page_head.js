/** The head of a page: where it is, its title, and what can be done. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { paths } from "./router.js";
import { t } from "./messages.js";

/**
 * @param {{title: string, crumbs?: [string, string][], beside?: any, actions?: any[]}} parts
 * @returns {HTMLElement}
 */
export function pageHead({ title, crumbs = [], beside, actions = [] }) {
  const trail = crumbs.flatMap(([label, href], i) => [
    i ? h("span", { "aria-hidden": "true" }, "/") : null,
    h("a", { href }, label),
  ]);
  const back = crumbs.length
    ? h("a", { class: "back", href: crumbs[crumbs.length - 1][1] ?? paths.library(), "aria-label": t("Back") }, icon("left"))
    : null;
  document.title = `${title} · autogpt_lite`;
  return h(
    "header",
    { class: "head" },
    back,
    h(
      "div",
      { class: "head-title" },
      trail.length ? h("nav", { class: "crumbs", "aria-label": t("Path") }, trail) : null,
      h("div", { class: "head-line" }, h("h1", null, title), beside),
    ),
    h("div", { class: "actions" }, actions),
  );
}

/**
 * @param {string} label @param {string} picture @param {(button: HTMLButtonElement) => void} onClick @param {string} [kind]
 * @returns {HTMLButtonElement}
 */
export function button(label, picture, onClick, kind = "") {
  const element = h(
    "button",
    { class: `button ${kind}`.trim(), type: "button" },
    icon(picture),
    h("span", { class: "button-label" }, label),
  );
  element.addEventListener("click", () => onClick(element));
  return element;
}

/**
 * Runs `work` with the button off and its label in the -ing form.
 * @param {HTMLButtonElement} element @param {string} busy @param {() => Promise<any>} work
 */
export async function whileBusy(element, busy, work) {
  const label = element.querySelector(".button-label");
  const before = label?.textContent ?? "";
  element.disabled = true;
  if (label) label.textContent = busy;
  try {
    return await work();
  } finally {
    element.disabled = false;
    if (label) label.textContent = before;
  }
}
