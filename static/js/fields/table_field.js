/** A table: rows of cells, with the columns of the schema or of one's own. */

import { html, useState } from "../../vendor/react.js";
import { t } from "../messages.js";
import { columnsOf, emptied, emptyValue } from "../value_kinds.js";
import { AddButton, RemoveButton } from "./row_buttons.js";
import { ValueField } from "./value_field.js";

/** @param {import("./value_field.js").FieldProps} props */
export function TableField({ schema, value, id, label, onChange }) {
  const rows = Array.isArray(value) ? value : [];
  const known = schema.items?.properties ?? {};
  const [added, setAdded] = useState(/** @type {string[]} */ ([]));
  const columns = [...new Set([...columnsOf(schema, rows), ...added])];
  const addColumn = () => setAdded([...added, freeName(columns)]);
  const newRow = () => Object.fromEntries(columns.map((name) => [name, emptyValue(known[name])]));
  const put = (/** @type {number} */ i, /** @type {string} */ name, /** @type {any} */ cell) =>
    onChange(rows.map((row, at) => (at === i ? { ...row, [name]: cell ?? emptyValue(known[name]) } : row)));
  const rename = (/** @type {string} */ from, /** @type {string} */ to) => {
    if (!to || columns.includes(to)) return;
    setAdded(added.map((name) => (name === from ? to : name)));
    if (rows.some((row) => Object.hasOwn(row, from))) onChange(rows.map((row) => renamed(row, from, to)));
  };
  const remove = (/** @type {number} */ i) => onChange(rows.length === 1 ? emptied(schema) : rows.filter((_, at) => at !== i));
  return html`<div className="rows" id=${id} role="group" aria-label=${label}>
    ${
      columns.length > 0 &&
      html`<div className="table-scroll" tabIndex="0" role="region" aria-label=${t("Rows")}><table className="table-edit">
        <thead><tr>${columns.map((name) => html`<${Head} key=${name} name=${name} isFixed=${Object.hasOwn(known, name)} onRename=${rename} />`)}<td></td></tr></thead>
        <tbody>${rows.map(
          (row, i) => html`<tr key=${i}>
            ${columns.map(
              (
                name,
              ) => html`<td key=${name}><${ValueField} schema=${known[name] ?? {}} value=${Object.hasOwn(row, name) ? row[name] : undefined}
                id=${`${id}-${i}-${name}`} label=${t("{column}, row {n}", { column: name, n: i + 1 })}
                onChange=${(/** @type {any} */ cell) => put(i, name, cell)} /></td>`,
            )}
            <td><${RemoveButton} what=${t("row {n}", { n: i + 1 })} onClick=${() => remove(i)} /></td>
          </tr>`,
        )}</tbody>
      </table></div>`
    }
    <div className="rows-buttons">
      ${columns.length > 0 && html`<${AddButton} text=${t("Add row")} onClick=${() => onChange([...rows, newRow()])} />`}
      <${AddButton} text=${t("Add column")} onClick=${addColumn} />
    </div>
  </div>`;
}

/** A name is taken when it is left: while it is typed, it may be another column's. @param {{name: string, isFixed: boolean, onRename: (from: string, to: string) => void}} props */
function Head({ name, isFixed, onRename }) {
  const [text, setText] = useState(name);
  if (isFixed) return html`<th scope="col">${name}</th>`;
  return html`<th scope="col"><input className="input" aria-label=${t("Name of the column {name}", { name })} value=${text}
    onChange=${(/** @type {any} */ e) => setText(e.target.value)} onBlur=${() => onRename(name, text.trim())} /></th>`;
}

/** @param {Record<string, any>} row @param {string} from @param {string} to @returns {Record<string, any>} */
function renamed(row, from, to) {
  return Object.fromEntries(Object.entries(row).map(([name, cell]) => [name === from ? to : name, cell]));
}

/** @param {string[]} columns @returns {string} */
function freeName(columns) {
  let n = columns.length + 1;
  while (columns.includes(`column${n}`)) n += 1;
  return `column${n}`;
}
