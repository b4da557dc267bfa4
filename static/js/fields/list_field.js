/** A list: a row an item, each with the editor of its type. An item that is linked shows where it comes from. */

import { html } from "../../vendor/react.js";
import { t } from "../messages.js";
import { emptied, emptyValue } from "../value_kinds.js";
import { AddButton, RemoveButton } from "./row_buttons.js";
import { ValueField } from "./value_field.js";

/** @param {import("./value_field.js").FieldProps} props */
export function ListField({ schema, value, id, label, onChange, linked = {} }) {
  const itemSchema = schema.items ?? {};
  const given = Array.isArray(value) ? value : [];
  const length = Math.max(given.length, ...Object.keys(linked).map((index) => Number(index) + 1 || 0));
  const items = Array.from({ length }, (_, i) => given[i] ?? emptyValue(itemSchema));
  const isFull = schema.maxItems !== undefined && length >= schema.maxItems;
  const put = (/** @type {number} */ i, /** @type {any} */ item) =>
    onChange(items.map((before, at) => (at === i ? (item ?? emptyValue(itemSchema)) : before)));
  const remove = (/** @type {number} */ i) =>
    onChange(length === 1 ? emptied(schema) : items.filter((_, at) => at !== i), { part: String(i), to: null });
  return html`<div className="rows" id=${id} role="group" aria-label=${label}>
    ${items.map(
      (item, i) => html`<div className="rows-row" key=${i}>
        <div className="rows-value">${
          linked[i] ??
          html`<${ValueField} schema=${itemSchema} value=${item} id=${`${id}-${i}`} label=${t("Item {n}", { n: i + 1 })}
            onChange=${(/** @type {any} */ to) => put(i, to)} />`
        }</div>
        <${RemoveButton} what=${t("item {n}", { n: i + 1 })} onClick=${() => remove(i)} />
      </div>`,
    )}
    ${!isFull && html`<${AddButton} text=${t("Add item")} onClick=${() => onChange([...items, emptyValue(itemSchema)])} />`}
  </div>`;
}
