/** Dialogs, only where nothing can be undone or something is asked for. The browser keeps the focus inside. */

import { h } from "./dom.js";
import { t } from "./messages.js";

/**
 * Asks before something is lost. The safe answer has the focus.
 * @param {{title: string, text: string, verb: string}} question
 * @returns {Promise<boolean>}
 */
export function confirmLoss({ title, text, verb }) {
  return new Promise((resolve) => {
    const keep = h(
      "button",
      { class: "button", type: "button", autofocus: true, on: { click: () => dialog.close() } },
      t("Keep"),
    );
    const lose = h("button", { class: "button delete filled", type: "button", on: { click: () => dialog.close("yes") } }, verb);
    const dialog = openDialog(title, h("p", { class: "dialog-text" }, text), h("div", { class: "dialog-actions" }, keep, lose));
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"));
  });
}

/** @param {string} title @param {...any} children @returns {HTMLDialogElement} it is removed when it closes */
export function openDialog(title, ...children) {
  const dialog = h("dialog", { "aria-label": title }, h("h2", null, title), children);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target === dialog && !isInside(dialog.getBoundingClientRect(), event)) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** @param {DOMRect} box @param {PointerEvent} event @returns {boolean} a press beside the dialog hits its backdrop */
function isInside(box, event) {
  return event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
}
