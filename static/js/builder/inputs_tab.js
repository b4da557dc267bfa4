/** The form of a node: one field for each input, linked ones with where their value comes from. */

import { listCredentials } from "../api/credentials.js";
import { addCredentials } from "../credential_fields.js";
import { html, useEffect, useState } from "../../vendor/react.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useDraft, useView } from "./hooks.js";
import { basePin, isShownInForm, pinLabel, pinsOf, valuesOf, withValue } from "./pins.js";
import { ValueField } from "./value_fields.js";
import { orList } from "../format.js";
import { t } from "../messages.js";

/** @typedef {import("./pins.js").Pin} Pin */
/** @typedef {{node: import("../types.js").GraphNode, block: import("../types.js").Block}} NodeProps */

/** @param {NodeProps} props */
export function InputsTab({ node, block }) {
  const links = useDraft((draft) => draft.links).filter((link) => link.sink_id === node.id);
  const values = valuesOf(node, block);
  const pins = pinsOf(node, block).inputs.filter((pin) => isShownInForm(block, pin));
  const isFolded = (/** @type {Pin} */ pin) => pin.schema.advanced && !links.some((link) => basePin(link.sink_name) === pin.name);
  const folded = pins.filter(isFolded);
  const changed = folded.filter((pin) => Object.hasOwn(values, pin.name)).length;
  const field = (/** @type {Pin} */ pin) =>
    html`<${PinField} key=${pin.name} pin=${pin} node=${node} block=${block}
      links=${links.filter((link) => basePin(link.sink_name) === pin.name)} />`;
  return html`<div className="form-fields">
    ${
      pins.length === 0 &&
      html`<p
      className="muted">${t("This block takes no inputs.")}</p>`
    } ${pins.filter((pin) => !isFolded(pin)).map(field)}
    ${
      folded.length > 0 &&
      html`<details className="panel-advanced">
      <summary><${Glyph} name="chevron" /> ${t("Advanced")} <span
        className="muted">${changed ? t("{changed} of {n} changed", { changed, n: folded.length }) : folded.length}</span></summary>
      <div className="form-fields">${folded.map(field)}</div>
    </details>`
    }
  </div>`;
}

/** @param {NodeProps & {pin: Pin, links: import("../types.js").Link[]}} props */
function PinField({ pin, node, block, links }) {
  const builder = useBuilder();
  const problems = useView((view) => problemText(view, node.id, pin.name));
  const id = `field-${node.id}-${pin.name}`;
  const whole = links.filter((link) => link.sink_name === pin.name);
  const write = (/** @type {any} */ value) => {
    const now = builder.doc.node(node.id);
    if (now) builder.doc.setInputs(node.id, withValue(now, block, pin.name, value), pin.name);
  };
  const isOptional = !pin.required && pin.schema.type !== "boolean";
  return html`<div className="field" data-pin=${pin.name}>
    <label className="field-label" htmlFor=${id}>
      <span className=${`pin-dot pin-${pin.kind} ${links.length ? "pin-linked" : ""}`}></span>${pin.schema.title || pin.label}
      ${isOptional && html`<span className="optional">${t("optional")}</span>`}
    </label>
    ${links.map((link) => html`<${LinkedFrom} key=${link.id} link=${link} pin=${pin} />`)}
    ${
      whole.length === 0 &&
      (pin.kind === "key"
        ? html`<${KeyField} id=${id} schema=${pin.schema} value=${valuesOf(node, block)[pin.name]} onChange=${write} />`
        : html`<${ValueField} id=${id} schema=${pin.schema} value=${valuesOf(node, block)[pin.name]} onChange=${write} />`)
    }
    ${problems && html`<p className="field-error">${problems}</p>`}
    ${pin.schema.description && html`<p className="field-hint">${pin.schema.description}</p>`}
  </div>`;
}

/** @param {import("./builder.js").View} view @param {string} nodeId @param {string} pin @returns {string} what the server said */
function problemText(view, nodeId, pin) {
  return view.refused
    .filter((problem) => problem.nodeId === nodeId && problem.field === pin)
    .map((problem) => problem.message)
    .join(" ");
}

/** @param {{link: import("../types.js").Link, pin: Pin}} props */
function LinkedFrom({ link, pin }) {
  const builder = useBuilder();
  const part = link.sink_name === pin.name ? "" : `${pinLabel(link.sink_name)} from `;
  return html`<div className=${`linked pin-${pin.kind}`}>
    <${Glyph} name="link" />
    <button type="button" className="linked-from" title=${t("Show this node")} onClick=${() => builder.reveal(link.source_id)}>
      ${part}${builder.titleOf(link.source_id)} <span className="muted">· ${pinLabel(link.source_name)}</span>
    </button>
    ${
      builder.canEdit &&
      html`<button type="button" className="button quiet square small" aria-label=${t("Remove the link to {label}", { label: pin.label })}
        onClick=${() => builder.doc.remove(new Set(), new Set([link.id]))}>
      <${Glyph} name="unlink" />
    </button>`
    }
  </div>`;
}

/** The choice that opens the form of new credentials. */
const NEW = "+";

/** @param {{id: string, schema: import("../types.js").Schema, value: any, onChange: (value: any) => void}} props */
function KeyField({ id, schema, value, onChange }) {
  const [stored, setStored] = useState(/** @type {any[]|null} */ (null));
  useEffect(() => {
    listCredentials().then(
      (all) => setStored(all ?? []),
      () => setStored([]),
    );
  }, []);
  const providers = schema.credentials_provider ?? [];
  const fitting = (stored ?? []).filter((one) => providers.includes(one.provider));
  const choose = (/** @type {any} */ one) =>
    onChange(one && { id: one.id, provider: one.provider, type: one.type, title: one.title });
  const add = (/** @type {any} */ made) => {
    setStored((all) => [...(all ?? []), made]);
    choose(made);
  };
  const pick = (/** @type {any} */ event) => {
    if (event.target.value === NEW) void addCredentials(schema, add);
    else choose(fitting.find((credentials) => credentials.id === event.target.value));
  };
  return html`<select className="input" id=${id} value=${value?.id ?? ""} onChange=${pick} disabled=${stored === null}>
    <option
      value="">${fitting.length ? t("Asked for at each run") : t("Asked for at each run (no key of {providers} is stored)", { providers: orList(providers) })}</option>
    ${
      value?.id &&
      !fitting.some((one) => one.id === value.id) &&
      html`<option
      value=${value.id}>${value.title ?? t("A key that is not here")}</option>`
    }
    ${fitting.map((one) => html`<option key=${one.id} value=${one.id}>${one.title || one.provider}</option>`)}
    <option value=${NEW}>${t("Add credentials")}</option>
  </select>`;
}
