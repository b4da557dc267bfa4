/** The credentials that a node uses, or none: then a run asks for them. New ones can be added here. */

import { html, useEffect, useState } from "../../vendor/react.js";
import { listCredentials } from "../api/credentials.js";
import { addCredentials } from "../credential_fields.js";
import { orList } from "../format.js";
import { t } from "../messages.js";
import { Glyph } from "./glyph.js";

/** @param {import("./value_field.js").FieldProps & {values: Record<string, any>, siblings: Record<string, any>}} props */
export function CredentialsField({ id, schema, value, values, siblings, onChange }) {
  const [stored, setStored] = useState(/** @type {any[]|null} */ (null));
  useEffect(() => {
    listCredentials().then(
      (all) => setStored(all ?? []),
      () => setStored([]),
    );
  }, []);
  const providers = providersFor(schema, values, siblings);
  const types = schema.credentials_types ?? [];
  const fitting = (stored ?? []).filter((one) => providers.includes(one.provider) && (!types.length || types.includes(one.type)));
  const choose = (/** @type {any} */ one) =>
    onChange(one && { id: one.id, provider: one.provider, type: one.type, title: one.title });
  const add = (/** @type {any} */ made) => {
    setStored((all) => [...(all ?? []), made]);
    choose(made);
  };
  const pick = (/** @type {any} */ event) => choose(fitting.find((one) => one.id === event.target.value));
  const none = fitting.length
    ? t("Asked for at each run")
    : t("Asked for at each run (no key of {providers} is stored)", { providers: orList(providers) });
  return html`<div className="field-row">
    <select className="input" id=${id} value=${value?.id ?? ""} onChange=${pick} disabled=${stored === null}>
      <option value="">${none}</option>
      ${
        value?.id &&
        !fitting.some((one) => one.id === value.id) &&
        html`<option value=${value.id}>${value.title ?? t("A key that is not here")}</option>`
      }
      ${fitting.map((one) => html`<option key=${one.id} value=${one.id}>${nameOf(one)}</option>`)}
    </select>
    <button type="button" className="button" aria-label=${t("Add credentials")}
      onClick=${() => void addCredentials({ ...schema, credentials_provider: providers }, add)}><${Glyph} name="plus" /> ${t("Add")}</button>
  </div>`;
}

/** @param {any} one @returns {string} */
function nameOf(one) {
  return [one.title || one.provider, one.last4 && `•••• ${one.last4}`].filter(Boolean).join(" · ");
}

/**
 * Another field may decide whose key it has to be, as the model does.
 * @param {import("../types.js").Schema} schema @param {Record<string, any>} values @param {Record<string, any>} siblings the block's
 * schemas by name @returns {string[]}
 */
export function providersFor(schema, values, siblings) {
  const all = schema.credentials_provider ?? [];
  const { discriminator: name, discriminator_mapping: mapping } = schema;
  if (typeof name !== "string" || !mapping) return all;
  const provider = mapping[values[name] ?? siblings[name]?.default];
  return all.includes(provider) ? [provider] : all;
}
