/** The panel as a sheet on a phone: half of the screen or nearly all of it, and blocks that are added without dragging. */

import { html, useRef, useState } from "../../vendor/react.js";
import { t } from "../messages.js";
import { Glyph } from "./glyphs.js";
import { useBuilder } from "./hooks.js";
import { pinsOf } from "./pins.js";

/** Shown by the stylesheet only where the panel is a sheet. */
export function SheetGrip() {
  const [isTall, setTall] = useState(false);
  const grip = useRef(/** @type {any} */ (null));
  const flip = () => {
    grip.current.closest(".panel").toggleAttribute("data-tall", !isTall);
    setTall(!isTall);
  };
  return html`<button type="button" ref=${grip} className="sheet-grip" aria-expanded=${isTall}
    aria-label=${isTall ? t("Smaller panel") : t("Larger panel")} onClick=${flip}></button>`;
}

/** What comes next: the block menu with what fits the node's outputs; the new block is linked. @param {import("./inputs_tab.js").NodeProps} props */
export function AddAfter({ node, block }) {
  const builder = useBuilder();
  const outputs = pinsOf(node, block).outputs.filter((pin) => pin.name !== "error");
  if (builder.canDrag || !outputs.length) return null;
  const open = (/** @type {any} */ pin) => builder.offerAfter(node.id, pin, { x: 0, y: 0 });
  return html`<div className="add-after" role="group" aria-label=${t("Add after this node")}>
    ${outputs.map(
      (pin) => html`<button key=${pin.name} type="button" className="button" onClick=${() => open(pin)}><${Glyph} name="plus" />
        ${outputs.length > 1 ? t("Add after {pin}", { pin: pin.label }) : t("Add after")}</button>`,
    )}
  </div>`;
}
