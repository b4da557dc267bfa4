/**
 * A dictionary: a row a key. Renaming a key keeps its place, its value and its links; a key that is linked shows where its value
 * comes from.
 */

import { html } from "../../vendor/react.js";
import { t } from "../messages.js";
import { emptied, emptyValue } from "../value_kinds.js";
import { AddButton, RemoveButton } from "./row_buttons.js";
import { ValueField } from "./value_field.js";

/** @param {import("./value_field.js").FieldProps} props */
export function DictionaryField({ schema, value, id, label, onChange, linked = {} }) {
  const itemSchema = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  const given = value ?? {};
  const onlyLinked = Object.keys(linked).filter((key) => !Object.hasOwn(given, key));
  /** @type {[string, any][]} */
  const entries = [...Object.entries(given), ...onlyLinked.map((key) => /** @type {[string, any]} */ ([key, ""]))];
  const put = (/** @type {number} */ i, /** @type {any} */ to) =>
    onChange(Object.fromEntries(entries.map(([key, old], at) => [key, at === i ? (to ?? emptyValue(itemSchema)) : old])));
  const rename = (/** @type {number} */ i, /** @type {string} */ wanted) => {
    const key = freeKey(
      entries.filter((_, at) => at !== i),
      wanted,
    );
    onChange(Object.fromEntries(entries.map(([old, item], at) => [at === i ? key : old, item])), {
      part: entries[i][0],
      to: key,
    });
  };
  const add = () => onChange(Object.fromEntries([...entries, [freeKey(entries, t("key")), emptyValue(itemSchema)]]));
  const remove = (/** @type {number} */ i) => {
    const rest = Object.fromEntries(entries.filter((_, at) => at !== i));
    onChange(entries.length === 1 ? emptied(schema) : rest, { part: entries[i][0], to: null });
  };
  return html`<div className="rows" id=${id} role="group" aria-label=${label}>
    ${entries.map(
      ([key, item], i) => html`<div className="rows-row" key=${i}>
        <input className="input rows-key" aria-label=${t("Key {n}", { n: i + 1 })} value=${key}
          onChange=${(/** @type {any} */ e) => rename(i, e.target.value)} />
        <div className="rows-value">${
          (Object.hasOwn(linked, key) && linked[key]) ||
          html`<${ValueField} schema=${itemSchema} value=${item} id=${`${id}-${i}`}
            label=${t("Value of {key}", { key: key || t("the key") })} onChange=${(/** @type {any} */ to) => put(i, to)} />`
        }</div>
        <${RemoveButton} what=${key || t("key")} onClick=${() => remove(i)} />
      </div>`,
    )}
    <${AddButton} text=${t("Add value")} onClick=${add} />
  </div>`;
}

/** @param {[string, any][]} entries @param {string} wanted @returns {string} `wanted`, or while another key has it, one beside it */
function freeKey(entries, wanted) {
  const known = new Set(entries.map(([key]) => key));
  let key = wanted;
  for (let n = 2; known.has(key); n += 1) key = `${wanted}${n}`;
  return key;
}
