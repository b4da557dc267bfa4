/** Folders of the library: the chips that lead to them, and what can be done with one. */

import { createFolder, deleteFolder, moveAgents, moveFolder, renameFolder } from "../api/library.js";
import { confirmLoss, openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { number } from "../format.js";
import { icon } from "../icons.js";
import { openMenu } from "../menu.js";
import { plural, t } from "../messages.js";
import { toast, toastError } from "../toast.js";
import { AGENT_TYPE } from "./words.js";
import { askFolderName } from "./folder_name.js";

/** @typedef {import("../api/library.js").Folder} Folder */

/** @param {Folder[]} tree @returns {Folder[]} each before those in it */
export function flatten(tree) {
  return tree.flatMap((folder) => [folder, ...flatten(folder.children ?? [])]);
}

/** @param {Folder[]} all flat @param {string} id @returns {string} "Content / Blog" */
export function folderPath(all, id) {
  const folder = all.find((one) => one.id === id);
  if (!folder) return "";
  return folder.parent_id ? `${folderPath(all, folder.parent_id)} / ${folder.name}` : folder.name;
}

/**
 * The folders at the top, and those in the chosen one and beside it.
 * @param {Folder[]} tree @param {string} chosen id or "" @param {(id: string) => void} onChoose @param {() => void} onChange
 * @returns {HTMLElement[]}
 */
export function folderChips(tree, chosen, onChoose, onChange) {
  const all = flatten(tree);
  const open = new Set();
  for (let one = all.find((f) => f.id === chosen); one; one = all.find((f) => f.id === one?.parent_id)) open.add(one.id);
  const shown = all.filter((folder) => !folder.parent_id || open.has(folder.parent_id));
  const chips = shown.map((folder) => chip(folder, folder.id === chosen, onChoose, onChange));
  const folder = all.find((one) => one.id === chosen);
  const add = h("button", { class: "chip chip-icon", type: "button", "aria-label": t("New folder"), title: t("New folder") });
  add.append(icon("folder"), icon("plus"));
  add.addEventListener("click", () => void askNew(folder ?? null, onChoose, onChange));
  return [...chips, ...(folder ? [moreAbout(folder, all, onChoose, onChange)] : []), add];
}

/** @param {Folder} folder @param {boolean} isChosen @param {(id: string) => void} onChoose @param {() => void} onChange */
function chip(folder, isChosen, onChoose, onChange) {
  const element = h(
    "button",
    { class: "chip", type: "button", "aria-pressed": String(isChosen), on: { click: () => onChoose(isChosen ? "" : folder.id) } },
    folder.icon ? h("span", { class: "folder-sign", "aria-hidden": "true" }, folder.icon) : icon("folder"),
    folder.parent_id ? `/ ${folder.name}` : folder.name,
    h("span", { class: "chip-count" }, number(folder.agent_count)),
  );
  const isAgent = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes(AGENT_TYPE) ?? false;
  element.addEventListener("dragover", (event) => isAgent(event) && (event.preventDefault(), element.classList.add("takes")));
  element.addEventListener("dragleave", () => element.classList.remove("takes"));
  element.addEventListener("drop", (event) => {
    if (!isAgent(event)) return;
    event.preventDefault();
    void moveTo([event.dataTransfer?.getData(AGENT_TYPE) ?? ""], folder, onChange);
  });
  return element;
}

/** @param {string[]} ids @param {Folder|null} folder @param {() => void} onChange */
export async function moveTo(ids, folder, onChange) {
  try {
    await moveAgents(ids, folder?.id ?? null);
    toast(folder ? t("Moved to “{name}”.", { name: folder.name }) : t("Taken out of its folder."));
    onChange();
  } catch (error) {
    toastError(error, t("It was not moved"));
  }
}

/** @param {Folder} folder @param {Folder[]} all @param {(id: string) => void} onChoose @param {() => void} onChange */
function moreAbout(folder, all, onChoose, onChange) {
  const name = t("More about the folder {name}", { name: folder.name });
  const element = h("button", { class: "chip chip-icon", type: "button", "aria-label": name, "aria-haspopup": "menu" });
  element.append(icon("dots"));
  const inside = new Set(flatten([folder]).map((one) => one.id));
  const places = all.filter((one) => !inside.has(one.id));
  element.addEventListener("click", () =>
    openMenu(element, name, [
      { label: t("Rename"), icon: "file", run: () => void askName(folder, onChange) },
      { label: t("Move"), icon: "folder", run: () => void askFolder(t("Move the folder"), places, folder.parent_id, moved) },
      { label: t("Delete"), icon: "trash", isLoss: true, run: () => void remove(folder, onChoose) },
    ]),
  );
  const moved = (/** @type {Folder|null} */ into) => attempt(() => moveFolder(folder.id, into?.id ?? null), onChange);
  return element;
}

/** @param {Folder|null} parent @param {(id: string) => void} onChoose @param {() => void} onChange */
async function askNew(parent, onChoose, onChange) {
  const title = parent ? t("New folder in “{name}”", { name: parent.name }) : t("New folder");
  const asked = await askFolderName(title, { name: "", icon: "" }, t("Make folder"));
  if (asked) await attempt(async () => onChoose((await createFolder(asked, parent?.id ?? null)).id), onChange);
}

/** @param {Folder} folder @param {() => void} onChange */
async function askName(folder, onChange) {
  const asked = await askFolderName(t("Rename the folder"), { name: folder.name, icon: folder.icon ?? "" }, t("Rename"));
  if (asked) await attempt(() => renameFolder(folder.id, asked), onChange);
}

/** @param {Folder} folder @param {(id: string) => void} onChoose */
async function remove(folder, onChoose) {
  const n = flatten([folder]).reduce((sum, one) => sum + one.agent_count, 0);
  const text = plural(
    n,
    "Folders in it go with it. Its {n} agent stays, at the top.",
    "Folders in it go with it. Its {n} agents stay, at the top.",
  );
  if (!(await confirmLoss({ title: t("Delete the folder “{name}”?", { name: folder.name }), text, verb: t("Delete") }))) return;
  await attempt(
    () => deleteFolder(folder.id),
    () => onChoose(""),
  );
}

/** @param {() => Promise<any>} work @param {() => void} onChange */
async function attempt(work, onChange) {
  try {
    await work();
    onChange();
  } catch (error) {
    toastError(error);
  }
}

/**
 * Asks for a folder.
 * @param {string} title @param {Folder[]} all flat @param {string|null} now @param {(folder: Folder|null) => void} onChoose
 */
export function askFolder(title, all, now, onChoose) {
  const choose = (/** @type {Folder|null} */ folder) => (dialog.close(), onChoose(folder));
  const row = (/** @type {Folder|null} */ folder) => {
    const here = (folder?.id ?? null) === now;
    const label = folder ? folderPath(all, folder.id) : t("No folder");
    const props = {
      class: "more-item",
      type: "button",
      "aria-current": here ? "true" : null,
      on: { click: () => choose(folder) },
    };
    return h("button", props, icon(folder ? "folder" : "library"), label);
  };
  const cancel = h("button", { class: "button quiet", type: "button", on: { click: () => dialog.close() } }, t("Cancel"));
  const list = h("div", { class: "more folder-list" }, row(null), all.map(row));
  const dialog = openDialog(title, list, h("div", { class: "dialog-actions" }, cancel));
}
