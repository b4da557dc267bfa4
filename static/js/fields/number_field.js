/** A number. */

import { html, useEffect, useState } from "../../vendor/react.js";
import { placeholderOf } from "./placeholder.js";

/** @param {import("./value_field.js").FieldProps} props */
export function NumberField({ schema, value, id, label, onChange }) {
  const [text, setText] = useState(value ?? "");
  // What was typed stays while it means the same number: "1." must not become "1" under the fingers.
  useEffect(
    () => setText((/** @type {any} */ before) => (before !== "" && Number(before) === value ? before : (value ?? ""))),
    [value],
  );
  const write = (/** @type {any} */ event) => {
    setText(event.target.value);
    if (event.target.value === "" && !event.target.validity.badInput) onChange(undefined);
    else if (event.target.value !== "") onChange(Number(event.target.value));
  };
  const { minimum: min, maximum: max } = schema;
  const step = schema.type === "integer" ? 1 : "any";
  return html`<input className="input" type="number" inputMode="decimal" id=${id} aria-label=${label} min=${min} max=${max}
    step=${step} value=${text} placeholder=${placeholderOf(schema)} onChange=${write} />`;
}
