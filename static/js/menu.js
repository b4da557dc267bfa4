/** A list of actions that opens at a button. Arrow keys move in it; Escape, a press elsewhere and leaving it close it. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {{label: string, icon: string, run: () => void, isLoss?: boolean, keys?: string}} MenuItem `keys` do the same */

const EDGE = 8;

/**
 * @param {HTMLElement} anchor @param {string} name for a screen reader @param {MenuItem[]} items
 * @param {{x: number, y: number}} [at] in the window: there, and not at the anchor
 */
export function openMenu(anchor, name, items, at) {
  const rows = items.map((item) => {
    const press = () => (close(), item.run());
    const kind = item.isLoss ? "menu-item tone-failed" : "menu-item";
    return h(
      "button",
      { class: kind, type: "button", role: "menuitem", tabindex: -1, on: { click: press } },
      icon(item.icon),
      item.label,
      item.keys ? h("kbd", { "aria-hidden": "true" }, item.keys) : null,
    );
  });
  const menu = h("div", { class: "menu", role: "menu", "aria-label": name }, rows);
  const close = () => {
    menu.remove();
    if (!at) anchor.setAttribute("aria-expanded", "false");
    removeEventListener("pointerdown", outside, true);
    removeEventListener("popstate", close);
  };
  const outside = (/** @type {Event} */ event) => event.target instanceof Node && !menu.contains(event.target) && close();
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Tab") (close(), anchor.focus());
    const at = rows.indexOf(/** @type {any} */ (document.activeElement));
    const step = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (step !== undefined) (event.preventDefault(), rows.at(step % rows.length)?.focus());
  });
  addEventListener("pointerdown", outside, true);
  addEventListener("popstate", close);
  if (!at) anchor.setAttribute("aria-expanded", "true");
  document.body.append(menu);
  place(menu, at ? new DOMRect(at.x + menu.offsetWidth, at.y - 4, 0, 0) : anchor.getBoundingClientRect());
  rows[0]?.focus();
}

/** @param {HTMLElement} menu @param {DOMRect} at below it, or above where the window ends */
function place(menu, at) {
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.max(EDGE, Math.min(at.right - width, innerWidth - width - EDGE));
  const top = at.bottom + 4 + height > innerHeight ? Math.max(EDGE, at.top - 4 - height) : at.bottom + 4;
  Object.assign(menu.style, { left: `${left}px`, top: `${top}px` });
}
