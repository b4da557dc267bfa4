/**
 * Keeps the steps of undo beside the draft, so that a page that is loaded again still has them. Steps share nearly all of their nodes: each node
 * and link is written once, and a step as what differs from the one before it.
 */

import { undoKeyOf, withoutSecrets } from "./draft_keeper.js";
import { restoreSecrets } from "./recovered_draft.js";

/** @typedef {import("./document.js").Draft} Draft */
/** @typedef {Map<string, import("../types.js").Block>} Catalog */
/** @typedef {{past: Draft[], now: Draft, future: Draft[]}} History `future`: the next one first */
/** @typedef {[number, number][]|{cut: [number, number, number[]]}} ListChange places with what stands there now, or a part that is replaced */
/** @typedef {{name?: string, description?: string, nodes?: ListChange, links?: ListChange}} Step */
/** @typedef {{nodes: any[], links: any[], steps: Step[], now: number}} Kept */

/** Of what a browser keeps for one site, about five million, the draft itself needs its part. */
const MOST_CHARS = 1_500_000;

/** @param {string} graphId @param {History} history @param {Catalog} catalog the oldest steps are left out where there is no room */
export function keepUndo(graphId, { past, now, future }, catalog) {
  for (let steps = past; ; steps = steps.slice(Math.ceil(steps.length / 2))) {
    const text = JSON.stringify(pack({ past: steps, now, future: steps.length === past.length ? future : [] }, catalog));
    if (text.length <= MOST_CHARS && store(graphId, text)) return;
    if (!steps.length) return localStorage.removeItem(undoKeyOf(graphId));
  }
}

/** @param {string} graphId @param {string} text @returns {boolean} */
function store(graphId, text) {
  try {
    localStorage.setItem(undoKeyOf(graphId), text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The steps that lead to a kept draft, with the secret values that the saved version holds.
 * @param {string} graphId @param {Draft} kept as it is stored @param {Draft} saved @param {Catalog} catalog
 * @returns {History|null} null where they do not belong to that draft
 */
export function readUndo(graphId, kept, saved, catalog) {
  try {
    const found = /** @type {Kept} */ (JSON.parse(localStorage.getItem(undoKeyOf(graphId)) ?? "null"));
    if (!found || !isSame(unpack(found).now, kept)) return null;
    const whole = restoreSecrets({ ...saved, nodes: found.nodes, version: 0, at: 0 }, saved, catalog);
    return unpack({ ...found, nodes: whole.nodes });
  } catch {
    return null;
  }
}

/** @param {Draft} a @param {Draft} b */
function isSame(a, b) {
  const text = (/** @type {Draft} */ { name, description, nodes, links }) => JSON.stringify([name, description, nodes, links]);
  return text(a) === text(b);
}

/** @param {History} history @param {Catalog} catalog @returns {Kept} */
function pack({ past, now, future }, catalog) {
  const nodes = new Table();
  const links = new Table();
  /** @type {Draft} */
  let before = { name: "", description: "", nodes: [], links: [] };
  const steps = [...past, now, ...future].map((draft) => {
    /** @type {Step} */
    const step = {};
    if (draft.name !== before.name) step.name = draft.name;
    if (draft.description !== before.description) step.description = draft.description;
    if (draft.nodes !== before.nodes) step.nodes = changeOf(before.nodes, draft.nodes, nodes);
    if (draft.links !== before.links) step.links = changeOf(before.links, draft.links, links);
    before = draft;
    return step;
  });
  return { nodes: nodes.all.map((node) => withoutSecrets(node, catalog)), links: links.all, steps, now: past.length };
}

/** Each object once. */
class Table {
  /** @type {any[]} */
  all = [];
  /** @type {Map<any, number>} */
  #places = new Map();

  /** @param {any} one @returns {number} */
  place(one) {
    const known = this.#places.get(one);
    if (known !== undefined) return known;
    this.#places.set(one, this.all.push(one) - 1);
    return this.all.length - 1;
  }
}

/** @param {any[]} before @param {any[]} after @param {Table} table @returns {ListChange} */
function changeOf(before, after, table) {
  const place = (/** @type {any} */ one) => table.place(one);
  if (before.length === after.length)
    return after.flatMap((one, i) => (one === before[i] ? [] : [/** @type {[number, number]} */ ([i, place(one)])]));
  let start = 0;
  let end = 0;
  const least = Math.min(before.length, after.length);
  while (start < least && before[start] === after[start]) start += 1;
  while (end < least - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { cut: [start, before.length - start - end, after.slice(start, after.length - end).map(place)] };
}

/** @param {Kept} kept @returns {History} */
function unpack({ nodes, links, steps, now }) {
  /** @type {Draft} */
  let draft = { name: "", description: "", nodes: [], links: [] };
  const drafts = steps.map((step) => {
    draft = {
      name: step.name ?? draft.name,
      description: step.description ?? draft.description,
      nodes: step.nodes ? applyChange(draft.nodes, step.nodes, nodes) : draft.nodes,
      links: step.links ? applyChange(draft.links, step.links, links) : draft.links,
    };
    return draft;
  });
  return { past: drafts.slice(0, now), now: drafts[now], future: drafts.slice(now + 1) };
}

/** @param {any[]} list @param {ListChange} change @param {any[]} all @returns {any[]} */
function applyChange(list, change, all) {
  if (Array.isArray(change)) {
    const made = [...list];
    for (const [i, place] of change) made[i] = all[place];
    return made;
  }
  const [start, length, places] = change.cut;
  return list.toSpliced(start, length, ...places.map((place) => all[place]));
}
