/** The palette: one field that finds commands, blocks and nodes. */

import { html, useEffect, useMemo, useRef, useState } from "../../vendor/react.js";
import { blockLine, isNote, nodeTitle } from "../names.js";
import { makeOffers, searchOffers } from "./block_search.js";
import { Glyph, blockGlyph } from "./glyphs.js";
import { useBuilder, useView } from "./hooks.js";
import { t } from "../messages.js";

/** @typedef {{key: string, group: string, label: string, line: string, glyph: string, keys: string, run: () => void}} Entry */

const MOST = 10;
const HIDDEN = new Set(["palette", "close", "open-form"]);

export function Palette() {
  const start = useView((view) => view.palette);
  return start === null ? null : html`<${OpenPalette} start=${start} />`;
}

/** @param {{start: string}} props */
function OpenPalette({ start }) {
  const builder = useBuilder();
  const [query, setQuery] = useState(start);
  const [index, setIndex] = useState(0);
  const offers = useMemo(() => makeOffers(builder.catalog, [], ""), []);
  const found = useMemo(() => findEntries(builder, offers, query), [query]);
  const place = useRef(/** @type {any} */ (null));
  useEffect(() => place.current.showModal(), []);
  useEffect(() => setIndex(0), [query]);
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
    if (step) setIndex((i) => (i + step + found.length) % Math.max(1, found.length));
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
              <${Glyph} name=${entry.glyph} /><span className="palette-label"><b>${entry.label}</b> <span
                className="muted">${entry.line}</span></span>${entry.keys && html`<kbd>${entry.keys}</kbd>`}
            </li>`,
        )}
      </ul>
      <div
        className="menu-foot"><span><kbd>↑</kbd> <kbd>↓</kbd> ${t("choose")}</span><span><kbd>↵</kbd> ${t("do it")}</span><span><kbd>></kbd> ${t("commands")}</span><span><kbd>+</kbd> ${t("blocks")}</span><span><kbd>@</kbd> ${t("nodes here")}</span></div>
    </div>
  </dialog>`;
}

/** @param {any} builder @param {import("./block_search.js").Offer[]} offers @param {string} query @returns {Entry[]} */
function findEntries(builder, offers, query) {
  const only = /^[>+@]/.exec(query)?.[0] ?? "";
  const text = query.slice(only.length).trim().toLowerCase();
  const has = (/** @type {string} */ label) => text.split(/\s+/).every((word) => label.toLowerCase().includes(word));
  const most = only ? 200 : MOST;
  const commands = only && only !== ">" ? [] : commandEntries(builder).filter((entry) => has(entry.label));
  const nodes =
    only === "@" || (!only && text) ? nodeEntries(builder).filter((entry) => has(`${entry.label} ${entry.line}`)) : [];
  const blocks =
    only === "+" || (!only && text) ? searchOffers(offers, text, null).map((offer) => blockEntry(builder, offer)) : [];
  if (only) return [...commands, ...nodes, ...blocks].slice(0, most);
  return [...commands.slice(0, text ? 5 : most), ...nodes.slice(0, 4), ...blocks.slice(0, 4)];
}

/** @param {any} builder @returns {Entry[]} */
function commandEntries(builder) {
  return [...builder.actions.all.values()]
    .filter((action) => !HIDDEN.has(action.id))
    .map((action) => ({
      ...action,
      key: action.id,
      group: t("This agent"),
      line: "",
      run: () => builder.actions.run(action.id),
    }));
}

/** @param {any} builder @returns {Entry[]} */
function nodeEntries(builder) {
  return builder.doc.now.nodes.map((/** @type {any} */ node) => {
    const block = builder.catalog.get(node.block_id);
    const label = isNote(block)
      ? String(node.input_default.text ?? "").slice(0, 60) || t("An empty note")
      : nodeTitle(node, block);
    const run = () => builder.reveal(node.id);
    return { key: node.id, group: t("Nodes here"), label, line: blockLine(block), glyph: blockGlyph(block), keys: "", run };
  });
}

/** @param {any} builder @param {import("./block_search.js").Offer} offer @returns {Entry} */
function blockEntry(builder, offer) {
  const run = () => builder.addNode(offer.block.id, builder.freePlace(), null, offer.inputs);
  return {
    key: offer.key,
    group: t("Blocks"),
    label: offer.title,
    line: offer.line,
    glyph: blockGlyph(offer.block),
    keys: "",
    run,
  };
}
