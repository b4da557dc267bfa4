/** Any value as JSON text. */

import { html, useEffect, useState } from "../../vendor/react.js";
import { t } from "../messages.js";

/** @param {import("./value_field.js").FieldProps} props */
export function JsonField({ schema, value, id, label, onChange }) {
  const shown = value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
  const [text, setText] = useState(shown);
  const [problem, setProblem] = useState("");
  useEffect(() => setText((/** @type {string} */ before) => (sameJson(before, value) ? before : shown)), [shown]);
  const write = (/** @type {any} */ event) => {
    setText(event.target.value);
    if (event.target.value.trim() === "") return (setProblem(""), onChange(undefined));
    try {
      onChange(JSON.parse(event.target.value));
      setProblem("");
    } catch (error) {
      setProblem(t("This is not JSON yet: {reason}", { reason: error instanceof Error ? error.message : error }));
    }
  };
  return html`<textarea className="input code grows" id=${id} aria-label=${label} rows="3" spellCheck="false"
    aria-invalid=${problem ? "true" : undefined} data-unread=${problem ? "" : undefined} placeholder=${schema.type === "object" ? '{"key": "value"}' : '["one", "two"]'}
    value=${text} onChange=${write}></textarea>
    ${problem && html`<p className="field-error">${problem}</p>`}`;
}

/** @param {string} text @param {any} value @returns {boolean} */
function sameJson(text, value) {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
  } catch {
    return false;
  }
}
