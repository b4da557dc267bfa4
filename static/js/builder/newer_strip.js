/** Tells, while the panel of versions is closed, that another version was saved while this draft was changed. */

import { html } from "../../vendor/react.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useView } from "./hooks.js";
import { t } from "../messages.js";

/** A line over the canvas while the panel is closed. */
export function NewerStrip() {
  const builder = useBuilder();
  const newer = useView((view) => view.newer);
  const isShown = useView((view) => view.panel?.kind === "versions");
  if (!newer || isShown) return null;
  return html`<div className="newer-strip" role="status">
    <${Glyph} name="alert" className="tone-wait" />
    <span>${t("Version {version} was saved elsewhere meanwhile. Your draft is kept.", { version: newer.version })}</span>
    <button type="button" className="button small" onClick=${() => builder.actions.run("versions")}>${t("Show both")}</button>
  </div>`;
}
