/** What a node was given, a row a pin; a click shows all of a value. */

import { html, useEffect, useRef, useState } from "../../vendor/react.js";
import { CutValue } from "../cut_value.js";
import { cut, size } from "../format.js";
import { valueText } from "../value_actions.js";
import { valueView } from "../value_view.js";
import { useBuilder, useDraft } from "./hooks.js";
import { findPin, pinsOf } from "./pins.js";
import { plural, t } from "../messages.js";

const LINE_CHARS = 90;
const LONG_CHARS = 60;

/** @param {{execution: import("../types.js").NodeExecution, nodeId: string, status: string}} props */
export function WentIn({ execution, nodeId, status }) {
  const builder = useBuilder();
  const node = useDraft((draft) => draft.nodes.find((one) => one.id === nodeId));
  const block = builder.blockOf(nodeId);
  const pins = node ? pinsOf(node, block) : { inputs: [], outputs: [] };
  const given = Object.entries(execution.input_data ?? {});
  const waits = status === "INCOMPLETE";
  return html`<section className="went" aria-label=${t("Went in")}>
    <header><h3>${t("Went in")}</h3><span className="grow"></span><span className="muted">${plural(given.length, "{n} value", "{n} values")}</span></header>
    ${given.map(([name, value]) => html`<${Row} key=${`${execution.node_exec_id} ${name}`} pin=${findPin(pins, "inputs", name)} value=${value} />`)}
    ${!given.length && html`<p className="went-body muted">${waits ? t("It starts when all its inputs are there.") : t("This node takes no inputs.")}</p>`}
  </section>`;
}

/** @param {{pin: import("./pins.js").Pin, value: any}} props */
function Row({ pin, value }) {
  const [isOpen, setOpen] = useState(false);
  const place = useRef(/** @type {any} */ (null));
  const secret = pin.schema.secret || pin.kind === "key";
  const text = secret ? t("hidden") : value instanceof CutValue ? value.head : valueText(value);
  useEffect(() => void (isOpen && place.current?.replaceChildren(valueView(value))), [isOpen, value]);
  const isLong = !secret && (text.length > LONG_CHARS || text.includes("\n"));
  const line = html`<span className=${`pin-dot pin-${pin.kind}`}></span><span className="went-pin">${pin.label}</span>
    <span className="went-line">${cut(text.slice(0, 2 * LINE_CHARS).replace(/\s+/g, " "), LINE_CHARS)}</span>
    ${isLong && html`<span className="muted">${size(value instanceof CutValue ? value.sizeBytes : text.length)}</span>`}`;
  if (!isLong) return html`<div className="went-row">${line}</div>`;
  return html`<button type="button" className="went-row" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>${line}</button>
    ${isOpen && html`<div className="went-body" ref=${place}></div>`}`;
}
