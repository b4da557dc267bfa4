/** The block menu: search, choose, and the block is there, linked to the pin that was dragged. Rows can be dragged out, too. */

import { listGraphPins } from "../api.js";
import { html, useEffect, useMemo, useRef, useState } from "../../vendor/react.js";
import { listCredentials } from "../api/credentials.js";
import { GROUPS, isInGroup, missingKeys, suggest } from "./block_groups.js";
import { noteAdded, recentKeys, withUsual } from "./block_history.js";
import { fittingPin, makeOffers, searchOffers } from "./block_search.js";
import { addNode } from "./add_block.js";
import { BLOCK_MIME } from "./canvas.js";
import { readTyped } from "./early_keys.js";
import { Glyph, blockGlyph } from "./glyphs.js";
import { useBuilder, useView } from "./hooks.js";
import { focusForm } from "./node_focus.js";
import { panel } from "./parts.js";
import { number, orList } from "../format.js";
import { t } from "../messages.js";

const SIZE = { width: 372, height: 420 };

/** @param {{menu: NonNullable<import("./builder.js").View["menu"]>}} props */
export function BlockMenu({ menu }) {
  const builder = useBuilder();
  const [graphs, setGraphs] = useState(/** @type {any[]} */ ([]));
  const early = useRef(readTyped(menu.typed ?? ""));
  const [query, setQuery] = useState(early.current.query);
  const [from, setFrom] = useState(menu.from);
  useEffect(() => void panel().catch(() => {}), []); // what is chosen opens its form
  const [chosen, setChosen] = useState(""); // the key of a row: rows come up and move once the agents are known
  useEffect(() => void listGraphPins().then(setGraphs, () => {}), []);
  const offers = useMemo(() => makeOffers(builder.catalog, graphs, builder.saved?.id ?? ""), [graphs]);
  const [group, setGroup] = useState(/** @type {import("./block_groups.js").GroupName} */ ("all"));
  const [stored, setStored] = useState(/** @type {import("./block_groups.js").Keys|null} */ (null));
  // Which keys are there is worth a word, and no reason to wait.
  useEffect(() => void loadKeys().then(setStored, () => {}), []);
  const found = useMemo(() => {
    const isSuggested = group === "suggested" && !query.trim();
    const inGroup = offers.filter((offer) => isInGroup(offer, group));
    const fitting = searchOffers(inGroup, query, from);
    if (query.trim()) return fitting.map((offer) => ({ offer, group: "" }));
    return isSuggested && !from ? suggest(fitting, recentKeys()) : withUsual(builder, fitting, from);
  }, [offers, query, from, group]);
  const index = Math.max(
    0,
    found.findIndex(({ offer }) => offer.key === chosen),
  );
  useEffect(() => setChosen(""), [query, from, group]);
  const close = () => builder.set({ menu: null });
  const add = (/** @type {import("./block_search.js").Offer|undefined} */ offer) => {
    if (!offer) return;
    close();
    noteAdded(builder, offer.key, from);
    addNode(builder, offer.block.id, menu.at, from, offer.inputs);
    focusForm();
  };
  const keys = (/** @type {any} */ event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) setChosen(found[Math.min(found.length - 1, Math.max(0, index + step))]?.offer.key ?? "");
    else if (event.key === "Enter") add(found[index]?.offer);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  useEffect(() => (early.current.isChosen ? add(found[0]?.offer) : undefined), []);
  const place = useRef(/** @type {any} */ (null));
  useEffect(() => putAt(place.current, menu.screen), [menu]);
  useEffect(() => void place.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [index]);
  return html`<div className="block-menu" ref=${place} role="dialog" aria-label=${t("Add a block")} onKeyDown=${keys}>
    <div className="menu-search">
      <${Glyph} name="search" />
      <input autoFocus role="combobox" aria-expanded="true" aria-controls="block-list" aria-label=${t("Search blocks")}
        placeholder=${t("Search {n} blocks, pins, my agents", { n: number(offers.length) })} value=${query}
        onChange=${(/** @type {any} */ e) => setQuery(e.target.value)} />
      ${
        from &&
        html`<button type="button" className="menu-fits" title=${t("Show all blocks")} onClick=${() => setFrom(null)}>${t("fits")} <span
        className=${`pin-dot pin-${from.pin.kind}`}></span> ${from.pin.label} <${Glyph} name="cross" /></button>`
      }
    </div>
    <${Groups} offers=${offers} group=${group} onChoose=${setGroup} />
    <ul className="menu-list" id="block-list" role="listbox" aria-label=${t("Blocks")}>
      ${found.length === 0 && html`<li className="menu-none muted">${t("No block is called that or has such a pin.")}</li>`}
      ${found.map(
        (
          { offer, group },
          i,
        ) => html`<${Row} key=${offer.key} offer=${offer} from=${from} needs=${missingKeys(offer.block, stored)} isChosen=${i === index}
        group=${group !== (found[i - 1]?.group ?? "") ? group : ""} onAdd=${() => add(offer)} />`,
      )}
    </ul>
    <div
      className="menu-foot"><span><kbd>↑</kbd> <kbd>↓</kbd> ${t("choose")}</span><span><kbd>↵</kbd> ${from ? t("add and link") : t("add")}</span><span
      className="grow"></span>${found.length}</div>
  </div>`;
}

/** @returns {Promise<import("./block_groups.js").Keys>} */
async function loadKeys() {
  const [stored, { providersFor }] = await Promise.all([listCredentials(), import("../fields/credentials_field.js")]);
  return { stored, providersFor };
}

/** @param {{offers: import("./block_search.js").Offer[], group: string, onChoose: (name: any) => void}} props */
function Groups({ offers, group, onChoose }) {
  const isThere = (/** @type {any} */ name) => name === "all" || name === group || offers.some((offer) => isInGroup(offer, name));
  return html`<div className="menu-groups" role="group" aria-label=${t("Groups of blocks")}>
    ${GROUPS.filter(([name]) => isThere(name)).map(
      ([name, label]) => html`<button key=${name} type="button" className="chip" aria-pressed=${name === group}
        onClick=${() => onChoose(name)}>${label}</button>`,
    )}
  </div>`;
}

/** @param {{offer: import("./block_search.js").Offer, from: any, needs: string[], isChosen: boolean, group: string, onAdd: () => void}} props */
function Row({ offer, from, needs, isChosen, group, onAdd }) {
  const pin = from && fittingPin(offer, from);
  const drag = (/** @type {any} */ event) => {
    event.dataTransfer.setData(BLOCK_MIME, JSON.stringify({ blockId: offer.block.id, inputs: offer.inputs }));
    event.dataTransfer.effectAllowed = "copy";
  };
  return html`${group && html`<li className="menu-group" role="presentation">${groupWord(group)}</li>`}
    <li className="menu-row" role="option" aria-selected=${isChosen} draggable="true" onDragStart=${drag} onClick=${onAdd}
      title=${offer.line}>
      <span className="menu-icon"><${Glyph} name=${blockGlyph(offer.block)} /></span>
      <span className="menu-names"><b>${offer.title}</b><span>${offer.line}</span></span>
      ${
        needs.length > 0 &&
        html`<span className="menu-needs" title=${t("No key of {providers} is stored: its form adds one.", { providers: orList(needs.slice(0, 4)) })}>${t("needs a key")}</span>`
      }
      ${pin && html`<span className="menu-pin"><span className=${`pin-dot pin-${pin.kind}`}></span>${pin.label}</span>`}
    </li>`;
}

/** @param {string} group @returns {string} */
function groupWord(group) {
  if (group === "AI" || group !== group.toUpperCase()) return group; // a title, not a category
  const text = group.replaceAll("_", " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Where it was asked for, as far as it fits there. @param {HTMLElement|null} element @param {{x: number, y: number}} screen */
function putAt(element, screen) {
  const canvas = element?.parentElement?.getBoundingClientRect();
  if (!element || !canvas) return;
  const x = Math.min(screen.x - canvas.left, canvas.width - SIZE.width - 12);
  const y = Math.min(screen.y - canvas.top, canvas.height - SIZE.height - 12);
  element.style.left = `${Math.max(12, x)}px`;
  element.style.top = `${Math.max(12, y)}px`;
}
