/** The focus on what is selected, so that it is read out. */

import { whenDrawn } from "./side_panel.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {"left"|"right"|"up"|"down"} Side */

/** @type {Record<Side, {x: number, y: number}>} */
export const SIDES = { left: { x: -1, y: 0 }, right: { x: 1, y: 0 }, up: { x: 0, y: -1 }, down: { x: 0, y: 1 } };

/** After it is drawn: the canvas draws only what is in sight. @param {string} id */
export function focusNode(id) {
  const find = () => /** @type {HTMLElement|null} */ (document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`));
  const now = find();
  if (now) now.focus({ preventScroll: true });
  else requestAnimationFrame(() => requestAnimationFrame(() => find()?.focus({ preventScroll: true })));
}

/** The first field of the form that is open. */
export function focusForm() {
  const fields = ".panel-body :is(input, textarea, select, button.input):not(:disabled, [hidden], [type=file])";
  whenDrawn(".panel", (panel) =>
    /** @type {HTMLElement|null} */ (panel.querySelector(fields) ?? panel.querySelector("[role=tab]"))?.focus(),
  );
}

/** A node or link that gets the focus by Tab is the selected one. @param {Builder} builder @param {HTMLElement} canvas @param {AbortSignal} signal */
export function selectFocused(builder, canvas, signal) {
  const select = (/** @type {FocusEvent} */ event) => {
    const target = /** @type {Element} */ (event.target);
    if (!target.matches(":focus-visible")) return;
    const id = target.getAttribute("data-id") ?? "";
    if (target.matches(".react-flow__node") && !builder.selected.has(id)) builder.select([id]);
    if (target.matches(".react-flow__edge")) {
      builder.select([]);
      builder.set({ selectedLinks: new Set([id]) });
    }
  };
  canvas.addEventListener("focusin", select, { signal });
}
