/** The cross of a panel. */

import { html } from "../../vendor/react.js";
import { Glyph } from "./glyphs.js";
import { useBuilder } from "./hooks.js";
import { t } from "../messages.js";

export function CloseButton() {
  const builder = useBuilder();
  return html`<button type="button" className="button quiet square small" aria-label=${t("Close panel")} title=${t("Close (Esc)")}
    onClick=${() => builder.set({ panel: null })}><${Glyph} name="cross" /></button>`;
}
