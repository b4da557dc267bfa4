/** Texts: short, long, and those that nobody should read over a shoulder. */

import { html } from "../../vendor/react.js";
import { placeholderOf } from "./placeholder.js";

/** @typedef {import("./value_field.js").FieldProps} FieldProps */

/** @param {FieldProps} props */
export function TextField(props) {
  return html`<${TextArea} ...${props} rows=${1} />`;
}

/** @param {FieldProps} props */
export function LongTextField(props) {
  return html`<${TextArea} ...${props} rows=${4} />`;
}

/** @param {FieldProps & {rows: number}} props */
function TextArea({ schema, value, id, label, onChange, rows }) {
  const text = value === undefined || value === null ? "" : String(value);
  const write = (/** @type {any} */ event) => onChange(cleared(event.target.value, schema));
  return html`<textarea className=${`input grows ${rows > 1 ? "is-long" : ""}`} id=${id} aria-label=${label} rows=${rows} value=${text}
    placeholder=${placeholderOf(schema)} onChange=${write}></textarea>`;
}

/** @param {FieldProps} props */
export function SecretField({ schema, value, id, label, onChange }) {
  const write = (/** @type {any} */ event) => onChange(cleared(event.target.value, schema));
  return html`<input className="input" type="password" autoComplete="new-password" id=${id} aria-label=${label}
    value=${value ?? ""} onChange=${write} />`;
}

/** Clearing a text that has a default means no text, not the default again. @param {string} text @param {any} schema */
export function cleared(text, schema) {
  return text === "" && !(typeof schema.default === "string" && schema.default) ? undefined : text;
}
