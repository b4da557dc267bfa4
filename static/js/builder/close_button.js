/** The cross of a panel. */

import { html } from "../../vendor/react.js";
import { Glyph } from "./glyphs.js";
import { useBuilder } from "./hooks.js";

export function CloseButton() {
  const builder = useBuilder();
  return html`<button type="button" className="button quiet square small" aria-label="Close panel" title="Close (Esc)"
    onClick=${() => builder.set({ panel: null })}><${Glyph} name="cross" /></button>`;
}
