/** Values leave the page: into a file, or to the clipboard. Those that are cut here are whole there. */

import { getFile, whole } from "./api/values.js";
import { CutValue } from "./cut_value.js";
import { copyText } from "./copy_text.js";
import { h } from "./dom.js";
import { fileName, size } from "./format.js";
import { icon } from "./icons.js";
import { t } from "./messages.js";
import { prettyJson } from "./pretty_json.js";
import { endingOf, isDataAddress, saveDataAddress, saveFile } from "./save_file.js";
import { toast, toastError } from "./toast.js";

/** A clipboard is no place for more. */
const MOST_COPIED_BYTES = 10_000_000;

/** @param {any} value @returns {string} a text as it is, everything else as JSON */
export function valueText(value) {
  return typeof value === "string" ? value : prettyJson(value);
}

/** @param {any[]} values */
async function copyValues(values) {
  const bytes = values.reduce((sum, value) => sum + (value instanceof CutValue ? value.sizeBytes : 0), 0);
  if (bytes > MOST_COPIED_BYTES)
    return toast(t("{size} are too much to copy: download it.", { size: size(bytes) }), { isError: true });
  try {
    const texts = [];
    for (const value of values) texts.push(valueText(await whole(value)));
    await copyText(texts.join("\n"), t("Copied"));
  } catch (error) {
    toastError(error, t("Nothing was copied"));
  }
}

/** A value as it is; several one after the other, texts by lines, all else as a JSON list. @param {string} name @param {any[]} values */
export async function saveValues(name, values) {
  try {
    if (values.length === 1) await saveOne(name, values[0]);
    else if (values.every((value) => typeof value === "string" || (value instanceof CutValue && value.kind === "text")))
      saveFile(fileName(name, "txt"), new Blob(await joined(values, (value) => value, "\n")));
    else saveFile(fileName(name, "json"), new Blob(["[", ...(await joined(values, jsonOf, ",\n")), "]"]));
  } catch (error) {
    toastError(error, t("Nothing was downloaded"));
  }
}

/** @param {string} name @param {any} value */
async function saveOne(name, value) {
  if (value instanceof CutValue) {
    const file = await getFile(value);
    const isFile = value.kind === "text" && file.type === "application/octet-stream";
    saveFile(fileName(name, isFile ? endingOf(value.head) : value.kind === "text" ? "txt" : "json"), file);
  } else if (typeof value !== "string") saveFile(fileName(name, "json"), JSON.stringify(value, null, 2));
  else if (isDataAddress(value)) saveDataAddress(name, value);
  else saveFile(fileName(name, "txt"), value);
}

/** @param {any[]} values @param {(value: any) => string} write @param {string} between @returns {Promise<(string|Blob)[]>} */
async function joined(values, write, between) {
  /** @type {(string|Blob)[]} */
  const pieces = [];
  for (const value of values) {
    if (pieces.length) pieces.push(between);
    // JSON goes into the file as it came: to read 50 MB only to write them again would hold up the page.
    const isJson = value instanceof CutValue && value.kind !== "text";
    pieces.push(isJson ? await getFile(value) : write(await whole(value)));
  }
  return pieces;
}

/** @param {any} value */
const jsonOf = (value) => JSON.stringify(value, null, 2);

/** Copy and download for what came out of one output. @param {string} name @param {() => any[]} read @returns {HTMLElement} */
export function valueActions(name, read) {
  const copy = h(
    "button",
    { class: "button quiet square small", type: "button", title: t("Copy"), "aria-label": t("Copy {name}", { name }) },
    icon("copy"),
  );
  copy.addEventListener("click", () => void copyValues(read()));
  const save = h(
    "button",
    { class: "button quiet square small", type: "button", title: t("Download"), "aria-label": t("Download {name}", { name }) },
    icon("download"),
  );
  save.addEventListener("click", () => void saveValues(name, read()));
  return h("span", { class: "value-actions" }, copy, save);
}
