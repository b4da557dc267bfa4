/** Short messages at the lower edge. Errors stay until they are closed. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { ApiError } from "./api.js";
import { t } from "./messages.js";
import { repairOf } from "./repairs.js";

const SHOWN_MS = 6000;

/** Takes the toast that is shown away. @type {() => void} */
let leave = () => {};

/**
 * `onGone` is called once it is away without its action having been taken.
 * @param {string} text @param {{isError?: boolean, action?: {label: string, run: () => void}, onGone?: () => void}} [options]
 */
export function toast(text, { isError = false, action, onGone } = {}) {
  leave();
  const remove = () => {
    if (leave === remove) leave = () => {};
    element.remove();
    const gone = onGone;
    onGone = undefined;
    gone?.();
  };
  const act = () => {
    onGone = undefined;
    remove();
    action?.run();
  };
  const box = /** @type {HTMLElement} */ (document.getElementById("toasts"));
  const element = h(
    "div",
    { class: "toast", role: isError ? "alert" : null },
    icon(isError ? "alert" : "check", isError ? "tone-failed" : "tone-done"),
    h("span", { class: "toast-text" }, text),
    action && h("button", { class: "link-button", type: "button", on: { click: act } }, action.label),
    h(
      "button",
      { class: "button quiet square small", type: "button", "aria-label": t("Close"), on: { click: remove } },
      icon("cross"),
    ),
  );
  box.replaceChildren(element);
  leave = remove;
  if (!isError) removeLater(element, remove);
}

/** @param {unknown} error @param {string} [what] what was tried */
export function toastError(error, what) {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof ApiError && error.hint ? ` ${error.hint}` : "";
  if (!(error instanceof ApiError)) console.error(error);
  toast(`${what ? `${what}: ` : ""}${message}${hint}`, { isError: true, action: repairOf(error) ?? undefined });
}

/** @param {HTMLElement} element @param {() => void} remove */
function removeLater(element, remove) {
  let timer = setTimeout(remove, SHOWN_MS);
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("pointerleave", () => (timer = setTimeout(remove, SHOWN_MS)));
}
