/** One input in the form of a node: its editor, where a link fills it from, and what is wrong with it. */

import { html, useEffect, useRef } from "../../vendor/react.js";
import { t } from "../messages.js";
import { followPart, partOf } from "./dynamic_pins.js";
import { CredentialsField } from "../fields/credentials_field.js";
import { ExpandButton } from "../fields/expand_button.js";
import { ValueField } from "../fields/value_field.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useView } from "./hooks.js";
import { withValue } from "./pin_values.js";
import { pinLabel, valuesOf } from "./pins.js";

const CONTROL = ":scope > :not(.field-head) :is(input, textarea, select, button), :scope > :is(input, textarea, select)";

/** @typedef {import("./pins.js").Pin} Pin */
/** @typedef {import("../types.js").Link} Link */

/** @param {import("./inputs_tab.js").NodeProps & {pin: Pin, links: Link[], needs: string[]}} props `needs`: what has to be given first */
export function PinField({ pin, node, block, links, needs }) {
  const builder = useBuilder();
  const problem = useView((view) => problemText(view, node.id, pin.name));
  const id = `field-${node.id}-${pin.name}`;
  const place = useWanted(node.id, pin.name);
  const value = valuesOf(node, block)[pin.name];
  const title = pin.schema.title || pin.label;
  const write = (/** @type {any} */ to, /** @type {any} */ change) => {
    const now = builder.doc.node(node.id);
    if (!now) return;
    const after = change ? followPart(builder.doc.now.links, node.id, pin, change) : undefined;
    builder.doc.setInputs(node.id, withValue(now, block, pin.name, to), pin.name, after);
  };
  const isWhole = links.some((link) => link.sink_name === pin.name);
  const linked = linkedParts(pin, links);
  const loose = links.filter((link) => linked[partOf(pin, link.sink_name) ?? ""] === undefined);
  const isOptional = !pin.required && pin.schema.type !== "boolean" && !pin.schema.readOnly;
  const isFixed = needs.length > 0 || pin.schema.readOnly === true;
  const control =
    pin.kind === "key"
      ? html`<${CredentialsField} id=${id} schema=${pin.schema} value=${value} values=${valuesOf(node, block)}
          siblings=${block.inputSchema.properties ?? {}} onChange=${write} />`
      : html`<${ValueField} id=${id} schema=${pin.schema} value=${value} linked=${linked} onChange=${write} />`;
  return html`<div className="field" data-pin=${pin.name} ref=${place}>
    <div className="field-head"><label className="field-label" id=${`${id}-label`} htmlFor=${id}>
      <span className=${`pin-dot pin-${pin.kind} ${links.length ? "pin-linked" : ""}`}></span>${title}
      ${isOptional && html`<span className="optional">${t("optional")}</span>`}
      ${pin.schema.readOnly && html`<span className="optional">${t("read only")}</span>`}
    </label>${
      !isWhole &&
      !pin.schema.readOnly &&
      pin.kind !== "key" &&
      html`<${ExpandButton} id=${id} name=${pin.name} title=${title} schema=${pin.schema} value=${value} onChange=${write} />`
    }</div>
    ${loose.map((link) => html`<${LinkedFrom} key=${link.id} link=${link} pin=${pin} />`)}
    ${!isWhole && (isFixed ? html`<fieldset className="plain" disabled>${control}</fieldset>` : control)}
    ${needs.length > 0 && html`<p className="field-hint">${t("Takes effect once {fields} is given.", { fields: needs.join(", ") })}</p>`}
    ${problem && html`<p className="field-error">${problem}</p>`}
    ${pin.schema.description && html`<p className="field-hint">${pin.schema.description}</p>`}
  </div>`;
}

/** Takes the focus to a field that somebody asks for. @param {string} nodeId @param {string} pin */
function useWanted(nodeId, pin) {
  const place = useRef(/** @type {any} */ (null));
  const wanted = useView(({ panel }) => (panel?.kind === "node" && panel.id === nodeId && panel.field === pin ? panel : null));
  useEffect(() => {
    if (!wanted) return;
    const fold = place.current.closest("details");
    if (fold) fold.open = true;
    place.current.scrollIntoView({ block: "nearest" });
    place.current.querySelector(CONTROL)?.focus({ preventScroll: true });
  }, [wanted]);
  return place;
}

/** @param {Pin} pin @param {Link[]} links @returns {Record<string, any>} what stands in place of a key's or item's editor */
function linkedParts(pin, links) {
  if (pin.kind !== "dict" && pin.kind !== "list") return {};
  /** @type {[string, any][]} */
  const found = links.flatMap((link) => {
    const part = partOf(pin, link.sink_name);
    return part === null ? [] : [[part, html`<${LinkedFrom} link=${link} pin=${pin} isPart />`]];
  });
  return pin.schema.properties || pin.schema.items?.enum ? {} : Object.fromEntries(found);
}

/** What the server said, and what the value itself shows; that it is missing is said in the list only, not while one begins.
 * @param {import("./builder.js").View} view @param {string} nodeId @param {string} pin @returns {string} */
function problemText(view, nodeId, pin) {
  const found = [...view.refused, ...view.problems.filter((problem) => !problem.isMissing)];
  const texts = found.filter((problem) => problem.nodeId === nodeId && problem.field === pin).map((problem) => problem.message);
  return [...new Set(texts)].join(" ");
}

/** @param {{link: Link, pin: Pin, isPart?: boolean}} props */
function LinkedFrom({ link, pin, isPart = false }) {
  const builder = useBuilder();
  const part = isPart || link.sink_name === pin.name ? "" : `${pinLabel(link.sink_name)} from `;
  return html`<div className=${`linked pin-${pin.kind}`}>
    <${Glyph} name="link" />
    <button type="button" className="linked-from" title=${t("Show this node")} onClick=${() => builder.reveal(link.source_id)}>
      ${part}${builder.titleOf(link.source_id)} <span className="muted">· ${pinLabel(link.source_name)}</span>
    </button>
    <button type="button" className="button quiet square small"
      aria-label=${t("Remove the link to {label}", { label: pinLabel(link.sink_name) })}
      onClick=${() => builder.doc.remove(new Set(), new Set([link.id]))}>
      <${Glyph} name="unlink" />
    </button>
  </div>`;
}
