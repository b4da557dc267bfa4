/** A sticky note: text on the canvas that takes no part in a run. */

import { html, memo } from "../../vendor/react.js";
import { useBuilder } from "./hooks.js";
import { t } from "../messages.js";

export const NoteNode = memo(function NoteNode(/** @type {any} */ { id, data, selected }) {
  const builder = useBuilder();
  const { node } = data;
  const write = (/** @type {any} */ event) =>
    builder.doc.setInputs(id, { ...node.input_default, text: event.target.value }, "text");
  const text = String(node.input_default.text ?? "");
  // Its own dragging would fight with selecting text: only a selected note is written on.
  return html`<div className="note" data-selected=${selected || undefined}>
    ${
      selected && builder.canDrag
        ? html`<textarea className="nodrag nowheel" aria-label=${t("Note")} value=${text} placeholder=${t("Write a note")}
          onChange=${write}></textarea>`
        : html`<div className="note-text">${text || t("An empty note")}</div>`
    }
  </div>`;
});
