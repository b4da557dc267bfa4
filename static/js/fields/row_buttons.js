/** The buttons of rows that can be added, moved and removed. */

import { html } from "../../vendor/react.js";
import { t } from "../messages.js";
import { Glyph } from "./glyph.js";

/** @param {{what: string, onClick: () => void}} props */
export function RemoveButton({ what, onClick }) {
  return html`<button type="button" className="button quiet square small" aria-label=${t("Remove {what}", { what })}
    onClick=${onClick}><${Glyph} name="cross" /></button>`;
}

/** @param {{text: string, onClick: () => void}} props */
export function AddButton({ text, onClick }) {
  return html`<button type="button" className="link-button rows-add" onClick=${onClick}><${Glyph} name="plus" /> ${text}</button>`;
}
