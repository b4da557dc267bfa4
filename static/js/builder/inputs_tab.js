/** The form of a node: one field for each input, advanced ones folded. */

import { html } from "../../vendor/react.js";
import { t } from "../messages.js";
import { Glyph } from "./glyphs.js";
import { useDraft } from "./hooks.js";
import { PinField } from "./pin_field.js";
import { isShownInForm } from "./pin_values.js";
import { basePin, missingNeeds, pinsOf, valuesOf } from "./pins.js";

/** @typedef {import("./pins.js").Pin} Pin */
/** @typedef {{node: import("../types.js").GraphNode, block: import("../types.js").Block}} NodeProps */

/** @param {NodeProps} props */
export function InputsTab({ node, block }) {
  const links = useDraft((draft) => draft.links).filter((link) => link.sink_id === node.id);
  const values = valuesOf(node, block);
  const bases = new Set(links.map((link) => basePin(link.sink_name)));
  const pins = pinsOf(node, block).inputs.filter((pin) => isShownInForm(block, pin));
  const isFolded = (/** @type {Pin} */ pin) => pin.schema.advanced && !bases.has(pin.name);
  const folded = pins.filter(isFolded);
  const changed = folded.filter((pin) => Object.hasOwn(values, pin.name)).length;
  const field = (/** @type {Pin} */ pin) =>
    html`<${PinField} key=${pin.name} pin=${pin} node=${node} block=${block} needs=${missingNeeds(pin, values, bases)}
      links=${links.filter((link) => basePin(link.sink_name) === pin.name)} />`;
  return html`<div className="form-fields">
    ${
      pins.length === 0 &&
      html`<p
      className="muted">${t("This block takes no inputs.")}</p>`
    } ${pins.filter((pin) => !isFolded(pin)).map(field)}
    ${
      folded.length > 0 &&
      html`<details className="panel-advanced">
      <summary><${Glyph} name="chevron" /> ${t("Advanced")} <span
        className="muted">${changed ? t("{changed} of {n} changed", { changed, n: folded.length }) : folded.length}</span></summary>
      <div className="form-fields">${folded.map(field)}</div>
    </details>`
    }
  </div>`;
}
