/** The row above the cards: what to show, which folder, in which order. */

import { fill, h } from "../dom.js";
import { number } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { folderChips } from "./folders.js";

/** @typedef {import("../api/library.js").Counts} Counts */
/** @typedef {import("../api/library.js").Folder} Folder */

/**
 * What is shown, as it stands in the address.
 * @typedef {{show: string, folder: string, search: string, sort: string}} Wanted
 */

const SORT_KEY = "library-sort";

/** @type {[string, string, keyof Counts, string][]} */
const FILTERS = [
  ["", t("All"), "all", ""],
  ["needs_you", t("Needs you"), "needs_you", ""],
  ["running", t("Running"), "running", ""],
  ["scheduled", t("Scheduled"), "scheduled", ""],
  ["listening", t("Listening"), "listening", ""],
  ["healthy", t("Healthy"), "healthy", ""],
  ["idle", t("Idle"), "idle", ""],
  ["favorites", t("Favourites"), "favorites", "star"],
  ["archived", t("Archive"), "archived", "archive"],
];

/** @type {[string, string][]} */
const SORTS = [
  ["lastRunAt", t("Last run")],
  ["updatedAt", t("Last change")],
  ["createdAt", t("Newest")],
  ["name", t("Name")],
];

/** @param {URLSearchParams} query @returns {Wanted} */
export function readWanted(query) {
  const kept = localStorage.getItem(SORT_KEY) ?? "";
  const sort = SORTS.some(([name]) => name === kept) ? kept : "lastRunAt";
  return { show: query.get("show") ?? "", folder: query.get("folder") ?? "", search: query.get("search") ?? "", sort };
}

/** Keeps the address in step, so that going back finds the same list. @param {Wanted} wanted */
export function writeWanted({ show, folder, search, sort }) {
  localStorage.setItem(SORT_KEY, sort);
  const query = new URLSearchParams(Object.entries({ show, folder, search }).filter(([, value]) => value));
  history.replaceState(null, "", query.size ? `/?${query}` : "/");
}

/** @param {Wanted} wanted @returns {Record<string, any>} the query of the list */
export function queryOf({ show, folder, search, sort }) {
  const isState = ["needs_you", "running", "scheduled", "listening", "healthy", "idle"].includes(show);
  return {
    sort_by: sort,
    search_term: search,
    folder_id: folder,
    state: isState ? show : "",
    is_favorite: show === "favorites" ? true : null,
    is_archived: show === "archived" ? true : null,
  };
}

export class Filters {
  /** @param {Wanted} wanted changed in place @param {() => void} onChange */
  constructor(wanted, onChange) {
    this.wanted = wanted;
    this.onChange = onChange;
    this.chips = h("div", { class: "chips library-chips", role: "group", "aria-label": t("Filter") });
    this.sort = h(
      "select",
      { class: "input library-sort", "aria-label": t("Sort by") },
      SORTS.map(([value, label]) => h("option", { value, selected: value === wanted.sort }, label)),
    );
    this.sort.addEventListener("change", () => this.#set({ sort: this.sort.value }));
    this.element = h("div", { class: "library-filters" }, this.chips, this.sort);
  }

  /** @param {Counts} counts @param {Folder[]} folders */
  show(counts, folders) {
    const { show, folder } = this.wanted;
    // What there is none of is no choice; the one that is chosen stays in sight.
    const shown = FILTERS.filter(([name, , count]) => !name || counts[count] || name === show);
    const chips = shown.map(([name, label, count, picture]) => this.#chip(name, label, counts[count], picture));
    const line = h("span", { class: "chips-line", "aria-hidden": "true" });
    const choose = (/** @type {string} */ id) => this.#set({ folder: id });
    fill(this.chips, chips, line, folderChips(folders, folder, choose, this.onChange));
  }

  /** @param {string} name @param {string} label @param {number} count @param {string} picture */
  #chip(name, label, count, picture) {
    const isOn = this.wanted.show === name && (name !== "" || !this.wanted.folder);
    const press = () => this.#set(name ? { show: name } : { show: "", folder: "" });
    return h(
      "button",
      { class: "chip", type: "button", "aria-pressed": String(isOn), on: { click: press } },
      picture ? icon(picture) : null,
      label,
      h("span", { class: "chip-count" }, number(count)),
    );
  }

  /** @param {Partial<Wanted>} change */
  #set(change) {
    Object.assign(this.wanted, change);
    this.onChange();
  }
}
