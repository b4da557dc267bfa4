/** The palette: one field that finds commands, blocks and nodes. */

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../vendor/react.js";
import { listExecutions, listGraphNames } from "../api.js";
import { makeOffers } from "./block_search.js";
import { readTyped } from "./early_keys.js";
import { Glyph } from "./glyphs.js";
import { findEntries } from "./palette_entries.js";
import { useBuilder } from "./hooks.js";
import { t } from "../messages.js";

/** @typedef {import("./palette_entries.js").Entry} Entry */

/** @param {{start: string}} props what its field begins with */
export function Palette({ start }) {
  const builder = useBuilder();
  const early = useRef(readTyped(start));
  const [query, setQuery] = useState(early.current.query);
  const [chosen, setChosen] = useState(""); // the key of a row: rows come up and move once agents and runs are known
  const offers = useMemo(() => makeOffers(builder.catalog, [], ""), []);
  const [known, setKnown] = useState({ agents: [], runs: [] });
  // What is not there yet is not found yet: the rows in front of it stay.
  useEffect(() => {
    listGraphNames().then(
      (agents) => setKnown((/** @type {any} */ one) => ({ ...one, agents })),
      () => {},
    );
    listExecutions().then(
      (runs) => setKnown((/** @type {any} */ one) => ({ ...one, runs })),
      () => {},
    );
  }, []);
  const found = useMemo(() => findEntries(builder, offers, known, query), [query, known]);
  const index = Math.max(
    0,
    found.findIndex((entry) => entry.key === chosen),
  );
  const place = useRef(/** @type {any} */ (null));
  // Not an effect that comes later: until it is open its field does not get the keys.
  useLayoutEffect(() => place.current.showModal(), []);
  useEffect(() => (early.current.isChosen ? choose(found[0]) : undefined), []);
  useEffect(() => setChosen(""), [query]);
  useEffect(() => void place.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [index]);
  const close = () => builder.set({ palette: null });
  const choose = (/** @type {Entry|undefined} */ entry) => {
    if (!entry) return;
    close();
    // After the dialog has given the focus back: what is chosen may want it.
    setTimeout(entry.run);
  };
  const keys = (/** @type {any} */ event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) setChosen(found[(index + step + found.length) % Math.max(1, found.length)]?.key ?? "");
    else if (event.key === "Enter") choose(found[index]);
    else return;
    event.preventDefault();
  };
  const press = (/** @type {any} */ event) => event.target === place.current && close();
  return html`<dialog className="palette" ref=${place} aria-label=${t("Palette")} onClose=${close} onKeyDown=${keys}
    onPointerDown=${press}>
    <div className="palette-box">
      <div className="menu-search">
        <${Glyph} name="search" />
        <input autoFocus role="combobox" aria-expanded="true" aria-controls="palette-list"
          aria-label=${t("Find a command, block or node")} placeholder=${t("Find a command, block or node")} value=${query}
          onChange=${(/** @type {any} */ e) => setQuery(e.target.value)} />
        <kbd>Esc</kbd>
      </div>
      <ul className="menu-list" id="palette-list" role="listbox" aria-label=${t("Results")}>
        ${found.length === 0 && html`<li className="menu-none muted">${t("Nothing is called that.")}</li>`}
        ${found.map(
          (entry, i) => html`${
            entry.group !== found[i - 1]?.group &&
            html`<li className="menu-group" role="presentation"
            key=${entry.group}>${entry.group}</li>`
          }
            <li key=${entry.key} className="menu-row palette-row" role="option" aria-selected=${i === index}
              onClick=${() => choose(entry)}>
              <${Glyph} name=${entry.glyph} /><span className="palette-label"><b><${Marked} text=${entry.label} query=${query} /></b> <span
                className="muted">${entry.line}</span></span>${entry.keys && html`<kbd>${entry.keys}</kbd>`}
            </li>`,
        )}
      </ul>
      <div
        className="menu-foot"><span><kbd>↑</kbd> <kbd>↓</kbd> ${t("choose")}</span><span><kbd>↵</kbd> ${t("do it")}</span><span><kbd>></kbd> ${t("commands")}</span><span><kbd>+</kbd> ${t("blocks")}</span><span><kbd>@</kbd> ${t("nodes here")}</span></div>
    </div>
  </dialog>`;
}

/** What was typed stands out in what was found. @param {{text: string, query: string}} props */
function Marked({ text, query }) {
  const wanted = query
    .replace(/^[>+@]/, "")
    .trim()
    .toLowerCase();
  const at = wanted ? text.toLowerCase().indexOf(wanted) : -1;
  if (at < 0) return text;
  const end = at + wanted.length;
  return html`${text.slice(0, at)}<mark>${text.slice(at, end)}</mark>${text.slice(end)}`;
}
