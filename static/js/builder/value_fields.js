/** Controls for values, made from a JSON schema. Each tells every change at once, so that undo and the draft follow it. */

import { html, useEffect, useMemo, useState } from "../../vendor/react.js";
import { withoutNull } from "../schema_fields.js";
import { Glyph } from "./glyphs.js";
import { t } from "../messages.js";

/**
 * @typedef {Object} FieldProps
 * @property {import("../types.js").Schema} schema without "or null"
 * @property {any} value
 * @property {string} id
 * @property {string} [label] for screen readers, where no label element belongs to the control
 * @property {(value: any) => void} onChange undefined: nothing is given
 */

/** @param {FieldProps} props */
export function ValueField(props) {
  const schema = useMemo(() => withoutNull(props.schema), [props.schema]);
  const Control = controlFor(schema, props.value);
  return html`<${Control} ...${props} schema=${schema} />`;
}

/** @param {import("../types.js").Schema} schema @param {any} value */
function controlFor(schema, value) {
  if (schema.enum) return Choice;
  if (schema.type === "boolean") return Toggle;
  if (schema.type === "integer" || schema.type === "number") return NumberField;
  if (schema.type === "array" && schema.items?.enum) return Choices;
  if (schema.type === "array" && isTextList(schema, value)) return ListField;
  if (schema.type === "object" && isPlainDictionary(schema, value)) return Dictionary;
  if (
    schema.type === "array" ||
    schema.type === "object" ||
    (schema.type === undefined && value !== null && typeof value === "object")
  )
    return JsonField;
  if (schema.secret || schema.format === "password") return Secret;
  return schema.format === "date" || schema.format === "time" ? DateField : TextField;
}

/** @param {any} schema @param {any} value */
function isTextList(schema, value) {
  const type = schema.items?.type;
  return (
    (type === "string" || type === undefined) && (value ?? []).every?.((/** @type {any} */ item) => typeof item === "string")
  );
}

/** @param {any} schema @param {any} value */
function isPlainDictionary(schema, value) {
  return !schema.properties && (value === undefined || value === null || (typeof value === "object" && !Array.isArray(value)));
}

/** @param {FieldProps} props */
function TextField({ schema, value, id, label, onChange }) {
  const text = value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
  const write = (/** @type {any} */ event) => onChange(cleared(event.target.value, schema));
  return html`<textarea className="input grows" id=${id} aria-label=${label} rows=${schema.format === "long-text" ? 4 : 1}
    value=${text} placeholder=${placeholder(schema)} onChange=${write}></textarea>`;
}

/** Clearing a text that has a default means no text, not the default again. @param {string} text @param {any} schema */
function cleared(text, schema) {
  return text === "" && !(typeof schema.default === "string" && schema.default) ? undefined : text;
}

/** @param {any} schema @returns {string} */
function placeholder(schema) {
  const { default: given } = schema;
  return given === undefined || given === null || given === "" ? "" : typeof given === "string" ? given : JSON.stringify(given);
}

/** @param {FieldProps} props */
function Secret({ schema, value, id, label, onChange }) {
  const write = (/** @type {any} */ event) => onChange(cleared(event.target.value, schema));
  return html`<input className="input" type="password" autocomplete="new-password" id=${id} aria-label=${label}
    value=${value ?? ""} onChange=${write} />`;
}

/** @param {FieldProps} props */
function DateField({ schema, value, id, label, onChange }) {
  const write = (/** @type {any} */ event) => onChange(event.target.value || undefined);
  return html`<input className="input" type=${schema.format} id=${id} aria-label=${label} value=${value ?? ""}
    onChange=${write} />`;
}

/** @param {FieldProps} props */
function NumberField({ schema, value, id, label, onChange }) {
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
    step=${step} value=${text} placeholder=${placeholder(schema)} onChange=${write} />`;
}

/** @param {FieldProps} props */
function Toggle({ schema, value, id, label, onChange }) {
  const on = value ?? schema.default ?? false;
  return html`<label className="switch">
    <input type="checkbox" role="switch" id=${id} aria-label=${label} checked=${on === true}
      onChange=${(/** @type {any} */ e) => onChange(e.target.checked)} />
    <span>${on ? t("On") : t("Off")}</span>
  </label>`;
}

/** @param {FieldProps} props */
function Choice({ schema, value, id, label, onChange }) {
  const current = value ?? schema.default;
  const index = schema.enum.findIndex((/** @type {any} */ one) => one === current);
  const pick = (/** @type {any} */ event) =>
    onChange(event.target.value === "" ? undefined : schema.enum[Number(event.target.value)]);
  return html`<select className="input" id=${id} aria-label=${label} value=${index < 0 ? "" : index} onChange=${pick}>
    ${index < 0 && html`<option value="">${t("Choose one")}</option>`}
    ${schema.enum.map(
      (/** @type {any} */ option, /** @type {number} */ i) => html`<option key=${i}
      value=${i}>${String(option)}</option>`,
    )}
  </select>`;
}

/** @param {FieldProps} props */
function Choices({ schema, value, id, label, onChange }) {
  const chosen = Array.isArray(value) ? value : (schema.default ?? []);
  const flip = (/** @type {any} */ option) =>
    onChange(schema.items.enum.filter((/** @type {any} */ one) => (one === option) !== chosen.includes(one)));
  return html`<div className="choices" id=${id} role="group" aria-label=${label}>
    ${schema.items.enum.map(
      (/** @type {any} */ option) =>
        html`<label key=${String(option)}><input type="checkbox" checked=${chosen.includes(option)}
          onChange=${() => flip(option)} /> ${String(option)}</label>`,
    )}
  </div>`;
}

/** @param {FieldProps} props */
function ListField({ value, id, label, onChange }) {
  const items = Array.isArray(value) ? value : [];
  const put = (/** @type {number} */ i, /** @type {string} */ text) =>
    onChange(items.map((item, at) => (at === i ? text : item)));
  return html`<div className="rows" id=${id} role="group" aria-label=${label}>
    ${items.map(
      (item, i) => html`<div className="rows-row" key=${i}>
        <input className="input" aria-label=${t("Item {n}", { n: i + 1 })} value=${item}
          onChange=${(/** @type {any} */ e) => put(i, e.target.value)} />
        <${RemoveButton} what=${t("item {n}", { n: i + 1 })}
          onClick=${() => onChange(items.length === 1 ? undefined : items.filter((_, at) => at !== i))} />
      </div>`,
    )}
    <button type="button" className="link-button rows-add" onClick=${() => onChange([...items, ""])}><${Glyph}
      name="plus" /> ${t("Add item")}</button>
  </div>`;
}

/** @param {FieldProps} props */
function Dictionary({ value, id, label, onChange }) {
  const entries = Object.entries(value ?? {});
  const put = (/** @type {number} */ i, /** @type {[string, any]} */ entry) =>
    onChange(fromEntries(entries.map((old, at) => (at === i ? entry : old))));
  const add = () => onChange(fromEntries([...entries, [freeKey(entries), ""]]));
  const remove = (/** @type {number} */ i) =>
    onChange(entries.length === 1 ? undefined : fromEntries(entries.filter((_, at) => at !== i)));
  return html`<div className="rows" id=${id} role="group" aria-label=${label}>
    ${entries.map(
      ([key, item], i) => html`<div className="rows-row" key=${i}>
        <input className="input rows-key" aria-label=${t("Key {n}", { n: i + 1 })} value=${key}
          onChange=${(/** @type {any} */ e) => put(i, [e.target.value, item])} />
        <input className="input" aria-label=${t("Value of {key}", { key: key || t("the key") })}
          value=${typeof item === "string" ? item : JSON.stringify(item)}
          onChange=${(/** @type {any} */ e) => put(i, [key, readLike(item, e.target.value)])} />
        <${RemoveButton} what=${key || t("key")} onClick=${() => remove(i)} />
      </div>`,
    )}
    <button type="button" className="link-button rows-add" onClick=${add}><${Glyph} name="plus" /> ${t("Add value")}</button>
  </div>`;
}

/** @param {[string, any][]} entries @returns {Record<string, any>} a key that is typed into another's way waits beside it */
function fromEntries(entries) {
  /** @type {Map<string, any>} */
  const made = new Map();
  for (const [key, value] of entries) made.set(made.has(key) ? `${key}_` : key, value);
  return Object.fromEntries(made);
}

/** @param {[string, any][]} entries @returns {string} */
function freeKey(entries) {
  const known = new Set(entries.map(([key]) => key));
  let n = entries.length + 1;
  while (known.has(`key${n}`)) n += 1;
  return `key${n}`;
}

/** A value that was no text stays none where that is possible. @param {any} before @param {string} text */
function readLike(before, text) {
  if (typeof before === "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param {{what: string, onClick: () => void}} props */
function RemoveButton({ what, onClick }) {
  return html`<button type="button" className="button quiet square small" aria-label=${t("Remove {what}", { what })}
    onClick=${onClick}><${Glyph} name="cross" /></button>`;
}

/** @param {FieldProps} props */
function JsonField({ schema, value, id, label, onChange }) {
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
    aria-invalid=${problem ? "true" : undefined} placeholder=${schema.type === "array" ? '["one", "two"]' : '{"key": "value"}'}
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
