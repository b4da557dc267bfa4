/** An object whose fields are known: each has its own editor. And a choice between several such objects. */

import { html } from "../../vendor/react.js";
import { t } from "../messages.js";
import { optionsOf } from "../schema_options.js";
import { emptyValue } from "../value_kinds.js";
import { ValueField } from "./value_field.js";

/** @typedef {import("./value_field.js").FieldProps} FieldProps */

/** @param {FieldProps & {without?: string}} props `without`: a field that is chosen elsewhere */
export function ObjectField({ schema, value, id, label, onChange, without }) {
  const known = Object.entries(/** @type {Record<string, any>} */ (schema.properties)).filter(([name]) => name !== without);
  const values = value ?? (typeof schema.default === "object" && schema.default !== null ? schema.default : {});
  const put = (/** @type {string} */ name, /** @type {any} */ to) => {
    const rest = Object.entries(values).filter(([key]) => key !== name || to !== undefined);
    const isNew = to !== undefined && !Object.hasOwn(values, name);
    const made = Object.fromEntries([
      ...rest.map(([key, old]) => [key, key === name ? to : old]),
      ...(isNew ? [[name, to]] : []),
    ]);
    onChange(Object.keys(made).length ? made : undefined);
  };
  return html`<div className="object-fields" id=${id} role="group" aria-label=${label}>
    ${known.map(
      ([name, property]) => html`<div className="object-field" key=${name}>
        <label className="object-label" htmlFor=${`${id}-${name}`}>${property.title || name.replaceAll("_", " ")}</label>
        <${ValueField} schema=${property} value=${Object.hasOwn(values, name) ? values[name] : undefined} id=${`${id}-${name}`}
          onChange=${(/** @type {any} */ to) => put(name, to)} />
      </div>`,
    )}
  </div>`;
}

/** @param {FieldProps} props */
export function VariantsField({ schema, value, id, label, onChange }) {
  const name = schema.discriminator.propertyName;
  const options = optionsOf(schema);
  const tagOf = (/** @type {any} */ option) => option.properties[name].const;
  const shown = value ?? schema.default;
  const chosen = options.find((option) => tagOf(option) === shown?.[name]);
  const pick = (/** @type {any} */ event) =>
    onChange(event.target.value === "" ? undefined : begin(options[event.target.value], name));
  return html`<div className="rows">
    <select className="input" id=${id} aria-label=${label} value=${chosen ? options.indexOf(chosen) : ""} onChange=${pick}>
      ${!chosen && html`<option value="">${t("Choose one")}</option>`}
      ${options.map((option, i) => html`<option key=${i} value=${i}>${option.title || String(tagOf(option))}</option>`)}
    </select>
    ${
      chosen &&
      Object.keys(chosen.properties).length > 1 &&
      html`<${ObjectField} schema=${chosen} value=${shown} id=${`${id}-of`} label=${String(tagOf(chosen))} without=${name}
        onChange=${onChange} />`
    }
  </div>`;
}

/** @param {import("../types.js").Schema} option @param {string} name @returns {Record<string, any>} it, with what it has to have */
function begin(option, name) {
  const needed = (option.required ?? []).filter((/** @type {string} */ one) => one !== name);
  const rest = needed.map((/** @type {string} */ one) => [one, emptyValue(option.properties[one])]);
  return { [name]: option.properties[name].const, ...Object.fromEntries(rest) };
}
