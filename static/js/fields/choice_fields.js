/** Values that are chosen: yes or no, one of several, some of several. */

import { html, useMemo, useState } from "../../vendor/react.js";
import { number } from "../format.js";
import { t } from "../messages.js";

/** @typedef {import("./value_field.js").FieldProps} FieldProps */

/** From so many on, boxes are searched. */
const MOST_BOXES = 30;

/** @param {FieldProps} props */
export function Toggle({ schema, value, id, label, onChange }) {
  const on = value ?? schema.default ?? false;
  return html`<label className="switch">
    <input type="checkbox" role="switch" id=${id} aria-label=${label} checked=${on === true}
      onChange=${(/** @type {any} */ e) => onChange(e.target.checked)} />
    <span>${on ? t("On") : t("Off")}</span>
  </label>`;
}

/** So many options are drawn at most; of more, those that fit what is typed. */
const MOST_OPTIONS = 200;

/** A value that is not among the options, as a newer version's, is shown and kept. @param {FieldProps} props */
export function Choice(props) {
  return html`<${props.schema.enum.length > MOST_OPTIONS ? FoundChoice : ShortChoice} ...${props} />`;
}

/** @param {FieldProps} props */
function ShortChoice({ schema, value, id, label, onChange }) {
  const current = value ?? schema.default;
  const index = schema.enum.findIndex((/** @type {any} */ one) => one === current);
  const pick = (/** @type {any} */ event) =>
    onChange(event.target.value === "" ? undefined : schema.enum[Number(event.target.value)]);
  const other = current === undefined || current === null || current === "" ? t("Choose one") : String(current);
  return html`<select className="input" id=${id} aria-label=${label} value=${index < 0 ? "" : index} onChange=${pick}>
    ${index < 0 && html`<option value="">${other}</option>`}
    ${schema.enum.map(
      (/** @type {any} */ option, /** @type {number} */ i) => html`<option key=${i} value=${i}>${String(option)}</option>`,
    )}
  </select>`;
}

/** One of very many: what is typed becomes the value once it is an option. @param {FieldProps} props */
function FoundChoice({ schema, value, id, label, onChange }) {
  const [typed, setTyped] = useState(String(value ?? schema.default ?? ""));
  const options = useMemo(() => new Map(schema.enum.map((/** @type {any} */ one) => [String(one), one])), [schema]);
  const found = matching([...options.keys()], typed);
  const isUnread = typed !== "" && !options.has(typed);
  const write = (/** @type {any} */ event) => {
    setTyped(event.target.value);
    onChange(options.get(event.target.value));
  };
  const hint = t("Type to choose one of {n}", { n: number(options.size) });
  return html`<input className="input" id=${id} aria-label=${label} list=${`${id}-options`} value=${typed} autoComplete="off"
      placeholder=${hint} data-unread=${isUnread ? "" : undefined} aria-invalid=${isUnread ? "true" : undefined} onChange=${write} />
    <datalist id=${`${id}-options`}>${found.map((one) => html`<option key=${one} value=${one} />`)}</datalist>`;
}

/** @param {string[]} options @param {string} typed @returns {string[]} the first of those that it is in */
function matching(options, typed) {
  const words = typed.toLowerCase();
  const found = [];
  for (const one of options) {
    if (one.toLowerCase().includes(words)) found.push(one);
    if (found.length >= MOST_OPTIONS) break;
  }
  return found;
}

/** @param {FieldProps} props */
export function Choices({ schema, value, id, label, onChange }) {
  const [typed, setTyped] = useState("");
  const chosen = Array.isArray(value) ? value : (schema.default ?? []);
  const all = [...new Set([...schema.items.enum, ...chosen])];
  const isLong = all.length > MOST_BOXES;
  const fitting = isLong
    ? all.filter((one) => chosen.includes(one) || String(one).toLowerCase().includes(typed.toLowerCase()))
    : all;
  const options = fitting.slice(0, MOST_OPTIONS);
  const flip = (/** @type {any} */ option) => onChange(all.filter((one) => (one === option) !== chosen.includes(one)));
  return html`<div className="choices" id=${id} role="group" aria-label=${label}>
    ${
      isLong &&
      html`<input className="input" type="search" aria-label=${t("Search the choices")} placeholder=${t("Search {n} choices", { n: number(all.length) })}
        value=${typed} onChange=${(/** @type {any} */ e) => setTyped(e.target.value)} />`
    }
    ${options.map(
      (option) =>
        html`<label key=${String(option)}><input type="checkbox" checked=${chosen.includes(option)}
          onChange=${() => flip(option)} /> ${String(option)}</label>`,
    )}
  </div>`;
}
