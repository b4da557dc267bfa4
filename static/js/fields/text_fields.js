/** Texts: short, long, and those that nobody should read over a shoulder. */

import { html, useState } from "../../vendor/react.js";
import { t } from "../messages.js";
import { placeholderOf } from "./placeholder.js";

/** @typedef {import("./value_field.js").FieldProps} FieldProps */

/** Of a secret, and only where it is long enough to stay one. */
const SHOWN_CHARS = 4;

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
  const press = schema.format === "short-text" ? sendByEnter : undefined;
  return html`<textarea className=${`input grows ${rows > 1 ? "is-long" : ""}`} id=${id} aria-label=${label} rows=${rows} value=${text}
    placeholder=${placeholderOf(schema)} onChange=${write} onKeyDown=${press}></textarea>`;
}

/** In a text of one line Enter means that all is given. @param {any} event */
function sendByEnter(event) {
  if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || event.nativeEvent.isComposing)
    return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}

/** Its last four characters say which one it is; the eye shows all of it. @param {FieldProps} props */
export function SecretField({ schema, value, id, label, onChange }) {
  const [isEdited, setEdited] = useState(false);
  const [isShown, setShown] = useState(false);
  const text = String(value ?? "");
  const write = (/** @type {any} */ event) => onChange(cleared(event.target.value, schema));
  const last = text.length >= 2 * SHOWN_CHARS ? text.slice(-SHOWN_CHARS) : "";
  const isMasked = text !== "" && !isEdited && !isShown;
  return html`<div className="field-with-button">
    <input className="input" type=${isMasked || isShown ? "text" : "password"} autoComplete="new-password" id=${id} aria-label=${label}
      value=${isMasked ? `••••••${last}` : text} onChange=${write} onFocus=${() => setEdited(true)} onBlur=${() => setEdited(false)} />
    ${text && html`<button type="button" className="button small secret-eye" aria-pressed=${isShown} onClick=${() => setShown(!isShown)}>${isShown ? t("Hide") : t("Show")}</button>`}
  </div>`;
}

/** Clearing a text that has a default means no text, not the default again. @param {string} text @param {any} schema */
export function cleared(text, schema) {
  return text === "" && !(typeof schema.default === "string" && schema.default) ? undefined : text;
}
