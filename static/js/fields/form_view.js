/** Draws the fields of a form: a label, the editor of the type, what is wrong, and what it is for. */

import { createRoot, html, useEffect, useRef, useState } from "../../vendor/react.js";
import { cut } from "../format.js";
import { plural, t } from "../messages.js";
import { pinKind } from "../names.js";
import { ExpandButton } from "./expand_button.js";
import { ValueField } from "./value_field.js";

/** @typedef {import("../schema_form.js").FormField} FormField */

const MOST_HINT = 2000;
const MOST_TITLE = 200;

const CONTROL = ".field-control > :is(input, textarea, select)";

/** @param {import("../schema_form.js").SchemaForm} form @returns {Promise<void>} when it stands in the form's element */
export function drawForm(form) {
  const fields = [...form.fields.values()];
  return new Promise((resolve, reject) => {
    const root = createRoot(form.element, { onUncaughtError: reject });
    root.render(html`<${FormView} fields=${fields} onDrawn=${resolve} />`);
  });
}

/** @param {{fields: FormField[], onDrawn: () => void}} props */
function FormView({ fields, onDrawn }) {
  useEffect(onDrawn, []);
  const [folded, open] = [fields.filter((one) => one.schema.advanced), fields.filter((one) => !one.schema.advanced)];
  return html`${open.map((field) => html`<${FieldView} key=${field.name} field=${field} />`)}
    ${folded.length > 0 && html`<${Advanced} fields=${folded} />`}`;
}

/** @param {{fields: FormField[]}} props */
function Advanced({ fields }) {
  const [, draw] = useState(0);
  const changed = fields.filter((field) => field.isChanged).length;
  return html`<details className="advanced">
    <summary>${t("Advanced ({n})", { n: fields.length })}${
      changed > 0 &&
      html` <span className="muted">${plural(changed, "{n} differs from the default", "{n} differ from the default")}</span>`
    }</summary>
    ${fields.map((field) => html`<${FieldView} key=${field.name} field=${field} onChange=${() => draw((n) => n + 1)} />`)}
  </details>`;
}

/** @param {{field: FormField, onChange?: () => void}} props */
function FieldView({ field, onChange }) {
  const { id, schema, value, problem } = field;
  const [, draw] = useState(0);
  const place = useRef(/** @type {any} */ (null));
  useEffect(() => {
    field.element = place.current;
    field.redraw = () => draw((n) => n + 1);
  }, [field]);
  useEffect(() => mark(place.current.querySelector(CONTROL), id, Boolean(problem)), [problem]);
  const write = (/** @type {any} */ to) => (field.write(to), onChange?.());
  const title = cut(String(schema.title || field.name), MOST_TITLE);
  const optional = !field.required && schema.type !== "boolean";
  return html`<div className="field" ref=${place} data-name=${field.name}>
    <div className="field-head">
      <label className="field-label" id=${`${id}-label`} htmlFor=${id}>
        <span className=${`pin-dot pin-${pinKind(schema)}`}></span><span dir="auto">${title}</span>
        ${optional && !schema.readOnly && html`<span className="optional">${t("optional")}</span>`}
        ${schema.readOnly && html`<span className="optional">${t("read only")}</span>`}
        ${field.origin && field.isAsGiven && html`<span className="field-origin" dir="auto">${t("from {origin}", { origin: field.origin })}</span>`}
      </label>
      ${!schema.readOnly && html`<${ExpandButton} id=${id} name=${field.name} title=${title} schema=${schema} value=${value} onChange=${write} />`}
    </div>
    <fieldset className="plain field-control" disabled=${schema.readOnly === true}>
      <${ValueField} id=${id} label=${title} schema=${schema} value=${value} onChange=${write} />
    </fieldset>
    ${schema.description && html`<p className="field-hint" id=${`${id}-hint`} dir="auto">${cut(schema.description, MOST_HINT)}</p>`}
    <p className="field-error" id=${`${id}-error`} hidden=${!problem}>${problem}</p>
  </div>`;
}

/** For screen readers; an editor of many parts says what is wrong in each itself. @param {Element|null} control @param {string} id @param {boolean} isWrong */
function mark(control, id, isWrong) {
  control?.setAttribute("aria-describedby", `${id}-error ${id}-hint`);
  if (isWrong) control?.setAttribute("aria-invalid", "true");
  else if (!control?.hasAttribute("data-unread")) control?.removeAttribute("aria-invalid");
}
