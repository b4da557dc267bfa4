/** A language model: by provider, with its price and how much text it takes. Names that are not in the list work as well. */

import { html, useEffect, useMemo, useRef, useState } from "../../vendor/react.js";
import { number } from "../format.js";
import { t } from "../messages.js";
import { Glyph } from "./glyph.js";

/** @typedef {{id: string, provider: string, facts: string}} Model */

/** @param {import("./value_field.js").FieldProps} props */
export function ModelField({ schema, value, id, label, onChange }) {
  const [isOpen, setOpen] = useState(false);
  const models = useMemo(() => readModels(schema), [schema]);
  const current = value ?? schema.default ?? "";
  const known = models.find((one) => one.id === current);
  const button = useRef(/** @type {any} */ (null));
  const close = () => (setOpen(false), button.current?.focus());
  const pick = (/** @type {string} */ model) => (onChange(model), close());
  return html`<div className="model-field">
    <button type="button" ref=${button} className="input model-button" id=${id} aria-label=${label} aria-haspopup="listbox"
      aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>
      <span className="model-name">${current || t("Choose a model")}</span>
      ${known && html`<span className="muted">${known.provider}</span>`}<${Glyph} name="chevron" />
    </button>
    ${known && html`<span className="model-facts muted">${known.facts}</span>`}
    ${isOpen && html`<${ModelList} models=${models} current=${current} onPick=${pick} onClose=${close} />`}
  </div>`;
}

/** @param {{models: Model[], current: string, onPick: (id: string) => void, onClose: () => void}} props */
function ModelList({ models, current, onPick, onClose }) {
  const [query, setQuery] = useState("");
  const [index, setIndex] = useState(() =>
    Math.max(
      0,
      models.findIndex((one) => one.id === current),
    ),
  );
  const found = useMemo(() => searchModels(models, query), [models, query]);
  const place = useRef(/** @type {any} */ (null));
  useEffect(
    () => void place.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }),
    [index, found],
  );
  const write = (/** @type {any} */ event) => (setQuery(event.target.value), setIndex(0));
  const keys = (/** @type {any} */ event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) setIndex((i) => Math.min(found.length - 1, Math.max(0, i + step)));
    else if (event.key === "Enter") found[index] && onPick(found[index].id);
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div className="model-list" ref=${place} onKeyDown=${keys}
    onBlur=${(/** @type {any} */ e) => !e.currentTarget.contains(e.relatedTarget) && e.relatedTarget && onClose()}>
    <div className="menu-search"><${Glyph} name="search" />
      <input autoFocus role="combobox" aria-expanded="true" aria-controls="model-options" aria-label=${t("Search models")}
        aria-activedescendant=${found[index] ? `model-${index}` : undefined}
        placeholder=${t("Search {n} models, or type a name", { n: models.length })} value=${query} onChange=${write} /></div>
    <ul id="model-options" role="listbox" aria-label=${t("Models")}>
      ${found.map(
        (one, i) => html`${
          !query &&
          one.provider !== found[i - 1]?.provider &&
          html`<li key=${`group ${one.provider}`} className="menu-group" role="presentation">${one.provider}</li>`
        }
          <li key=${one.id} id=${`model-${i}`} className="menu-row" role="option" aria-selected=${i === index} onClick=${() => onPick(one.id)}>
            <span className="menu-names"><b>${one.id}</b><span>${query ? `${one.provider} · ${one.facts}` : one.facts}</span></span>
            ${one.id === current && html`<${Glyph} name="check" />`}
          </li>`,
      )}
    </ul>
  </div>`;
}

/** @param {import("../types.js").Schema} schema @returns {Model[]} by provider, in the schema's order */
function readModels(schema) {
  const facts = schema.llm_model_metadata ?? {};
  const models = schema.enum.map((/** @type {string} */ id) => ({
    id,
    provider: facts[id]?.provider_name ?? t("Other"),
    facts: factsOf(facts[id] ?? {}),
  }));
  const order = [...new Set(models.map((/** @type {Model} */ one) => one.provider))];
  return models.sort((/** @type {Model} */ a, /** @type {Model} */ b) => order.indexOf(a.provider) - order.indexOf(b.provider));
}

/** @param {Record<string, any>} model @returns {string} */
function factsOf({ context_tokens: context, run_credits: credits, price_tier: tier }) {
  const price =
    credits === undefined ? "$".repeat(tier ?? 0) : credits === 0 ? t("free") : t("{n} credits a call", { n: number(credits) });
  const takes = context ? t("{n} thousand tokens", { n: number(Math.round(context / 1000)) }) : "";
  return [price, takes].filter(Boolean).join(" · ");
}

/** @param {Model[]} models @param {string} query @returns {Model[]} what was typed stands last, as a model of its own */
function searchModels(models, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return models;
  const found = models.filter((one) => words.every((word) => `${one.id} ${one.provider}`.toLowerCase().includes(word)));
  const isKnown = models.some((one) => one.id === query.trim());
  return isKnown ? found : [...found, { id: query.trim(), provider: t("Other"), facts: t("as typed") }];
}
