/** A value of more parts or letters than editors can show: what it is, and the ways out. It is given as it is. */

import { html, useMemo } from "../../vendor/react.js";
import { cut, size } from "../format.js";
import { plural, t } from "../messages.js";
import { lengthOf } from "../value_weight.js";
import { openValue } from "./open_value.js";

const MOST_EDITED = 2_000_000;
const MOST_SHOWN = 300;

/** @param {import("./value_field.js").FieldProps} props */
export function HugeField({ schema, value, id, label, onChange }) {
  const length = useMemo(() => lengthOf(value), [value]);
  const open = () => void openValue({ name: "", title: label ?? t("Value"), schema, value, onChange }, typeof value === "string");
  return html`<div className="huge-field" id=${id} role="group" aria-label=${label}>
    <p>${wordsOf(value, length)}</p>
    ${typeof value === "string" && html`<p className="huge-start mono" dir="auto">${cut(value, MOST_SHOWN)}</p>`}
    <div className="rows-buttons">
      ${length <= MOST_EDITED && html`<button type="button" className="link-button" onClick=${open}>${t("Edit as text")}</button>`}
      <button type="button" className="link-button" onClick=${() => onChange(undefined)}>${t("Take another")}</button>
    </div>
  </div>`;
}

/** @param {any} value @param {number} length @returns {string} */
function wordsOf(value, length) {
  const bytes = Number.isFinite(length) ? size(length) : t("nested very deep");
  if (typeof value === "string") return t("A text of {size}, given as it is.", { size: bytes });
  const n = Object.keys(value).length;
  if (Array.isArray(value))
    return plural(n, "A list of {n} item ({size}), given as it is.", "A list of {n} items ({size}), given as it is.", {
      size: bytes,
    });
  return plural(
    n,
    "A dictionary of {n} value ({size}), given as it is.",
    "A dictionary of {n} values ({size}), given as it is.",
    { size: bytes },
  );
}
