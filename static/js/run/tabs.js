/** Tabs of a card: one panel at a time, arrow keys go from tab to tab. */

import { h, uniqueId } from "../dom.js";

/** @typedef {{label: string, panel: HTMLElement}} Tab */

/** @param {string} label of the whole, for screen readers @param {Tab[]} tabs the first one is open @returns {HTMLElement} the line of tabs */
export function tabList(label, tabs) {
  const buttons = tabs.map(({ label: text, panel }, i) => {
    panel.id ||= uniqueId();
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-label", text);
    const button = h("button", { class: "tab", type: "button", role: "tab", "aria-controls": panel.id }, text);
    button.addEventListener("click", () => choose(i));
    return button;
  });
  /** @param {number} chosen */
  function choose(chosen) {
    buttons.forEach((button, i) => {
      button.setAttribute("aria-selected", String(i === chosen));
      button.tabIndex = i === chosen ? 0 : -1;
      tabs[i].panel.hidden = i !== chosen;
    });
  }
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": label }, buttons);
  list.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const at = buttons.findIndex((button) => button.tabIndex === 0);
    if (!step) return;
    const next = (at + step + buttons.length) % buttons.length;
    choose(next);
    buttons[next].focus();
  });
  choose(0);
  return list;
}
