/** Values that are chosen: yes or no, one of several, some of several. */

import { html } from "../../vendor/react.js";
import { t } from "../messages.js";

/** @typedef {import("./value_field.js").FieldProps} FieldProps */

/** @param {FieldProps} props */
export function Toggle({ schema, value, id, label, onChange }) {
  const on = value ?? schema.default ?? false;
  return html`<label className="switch">
    <input type="checkbox" role="switch" id=${id} aria-label=${label} checked=${on === true}
      onChange=${(/** @type {any} */ e) => onChange(e.target.checked)} />
    <span>${on ? t("On") : t("Off")}</span>
  </label>`;
}

/** A value that is not among the options, as a newer version's, is shown and kept. @param {FieldProps} props */
export function Choice({ schema, value, id, label, onChange }) {
  const current = value ?? schema.default;
  const index = schema.enum.findIndex((/** @type {any} */ one) => one === current);
  const pick = (/** @type {any} */ event) =>
    onChange(event.target.value === "" ? undefined : schema.enum[Number(event.target.value)]);
  const other = current === undefined || current === null || current === "" ? t("Choose one") : String(current);
  return html`<select className="input" id=${id} aria-label=${label} value=${index < 0 ? "" : index} onChange=${pick}>
    ${index < 0 && html`<option value="">${other}</option>`}
    ${schema.enum.map(
      (/** @type {any} */ option, /** @type {number} */ i) => html`<option key=${i} value=${i}>${String(option)}</option>`,
    )}
  </select>`;
}

/** @param {FieldProps} props */
export function Choices({ schema, value, id, label, onChange }) {
  const chosen = Array.isArray(value) ? value : (schema.default ?? []);
  const options = [...new Set([...schema.items.enum, ...chosen])];
  const flip = (/** @type {any} */ option) => onChange(options.filter((one) => (one === option) !== chosen.includes(one)));
  return html`<div className="choices" id=${id} role="group" aria-label=${label}>
    ${options.map(
      (option) =>
        html`<label key=${String(option)}><input type="checkbox" checked=${chosen.includes(option)}
          onChange=${() => flip(option)} /> ${String(option)}</label>`,
    )}
  </div>`;
}
