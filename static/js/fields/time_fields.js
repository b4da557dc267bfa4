/** Dates and times. A time with its date is kept in UTC and shown in the zone of this computer. */

import { html } from "../../vendor/react.js";
import { toLocalText, toUtcText } from "../value_kinds.js";

/** @typedef {import("./value_field.js").FieldProps} FieldProps */

/** @param {FieldProps} props */
export function DateField(props) {
  return html`<${TimeInput} ...${props} type="date" text=${props.value ?? ""} read=${same} />`;
}

/** @param {FieldProps} props */
export function TimeField(props) {
  return html`<${TimeInput} ...${props} type="time" text=${props.value ?? ""} read=${same} />`;
}

/** @param {FieldProps} props */
export function DateTimeField(props) {
  return html`<${TimeInput} ...${props} type="datetime-local" text=${toLocalText(props.value)} read=${toUtcText} />`;
}

/** @param {string} text */
const same = (text) => text || undefined;

/** @param {FieldProps & {type: string, text: string, read: (text: string) => any}} props */
function TimeInput({ id, label, type, text, read, onChange }) {
  return html`<input className="input" type=${type} step=${type === "date" ? undefined : 1} id=${id} aria-label=${label}
    value=${text} onChange=${(/** @type {any} */ e) => onChange(read(e.target.value))} />`;
}
