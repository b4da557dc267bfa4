/** The buttons of rows that can be added, moved and removed. */

import { html } from "../../vendor/react.js";
import { t } from "../messages.js";
import { Glyph } from "./glyph.js";

/** @param {{what: string, onClick: () => void}} props */
export function RemoveButton({ what, onClick }) {
  return html`<button type="button" className="button quiet square small" aria-label=${t("Remove {what}", { what })}
    onClick=${onClick}><${Glyph} name="cross" /></button>`;
}

/** What it adds has the focus then, so that one goes on typing. @param {{text: string, onClick: () => void}} props */
export function AddButton({ text, onClick }) {
  const press = (/** @type {any} */ event) => {
    const rows = event.currentTarget.closest(".rows");
    const before = new Set(fieldsIn(rows));
    onClick();
    // Behind React's own, which draws the row.
    queueMicrotask(() => focus(fieldsIn(rows).find((field) => !before.has(field))));
  };
  return html`<button type="button" className="link-button rows-add" onClick=${press}><${Glyph} name="plus" /> ${text}</button>`;
}

/** @param {Element} rows @returns {any[]} */
function fieldsIn(rows) {
  return [...rows.querySelectorAll("input, textarea, select")];
}

/** Its text is selected: it stands for one that is to be typed. @param {any} [field] */
function focus(field) {
  field?.focus();
  field?.select?.();
}
