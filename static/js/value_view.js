/** Shows values: as text only, whatever they hold, and long ones cut until somebody asks for more. */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { fileName, number } from "./format.js";
import { jsonSize, jsonStart, prettyJson } from "./pretty_json.js";
import { toast } from "./toast.js";
import { plural, t } from "./messages.js";

const FIRST_CHARS = 1500;
const FIRST_LINES = 24;
const STEP_CHARS = 200_000;
const FIRST_VALUES = 30;

/** A value of more is only written up to what is shown: all of it at once would hold up the page. */
const LARGE_CHARS = 1_000_000;

/** @param {any} value @returns {string} a text as it is, everything else as JSON */
export function valueText(value) {
  return typeof value === "string" ? value : prettyJson(value);
}

/** @param {any} value @returns {HTMLElement} */
export function valueView(value) {
  if (value === "") return h("span", { class: "muted" }, t("empty text"));
  const isText = typeof value === "string";
  const isLarge = !isText && jsonSize(value, LARGE_CHARS) >= LARGE_CHARS;
  const text = isLarge ? jsonStart(value, STEP_CHARS) : valueText(value);
  const pre = h("pre", { class: isText ? "value value-text" : "value value-json", dir: "auto" });
  const box = h("div", { class: "value-box" }, pre);
  showUpTo(box, pre, text, firstCut(text), isLarge || text.length > LARGE_CHARS ? value : null);
  return box;
}

/** @param {string} text @returns {number} */
function firstCut(text) {
  let end = -1;
  for (let line = 0; line < FIRST_LINES; line += 1) {
    end = text.indexOf("\n", end + 1);
    if (end < 0 || end > FIRST_CHARS) break;
  }
  const limit = end > 0 && end < FIRST_CHARS ? end : FIRST_CHARS;
  // A cut that would save next to nothing only costs a click.
  return text.length <= limit * 1.15 ? text.length : limit;
}

/**
 * @param {HTMLElement} box @param {HTMLElement} pre @param {string} text @param {number} shown characters
 * @param {any} large the value, where the page does not show all of it but saves it as a file
 */
function showUpTo(box, pre, text, shown, large) {
  const end = shown < text.length ? afterWholeCharacter(text, shown) : text.length;
  pre.textContent = end < text.length ? `${text.slice(0, end)}…` : text;
  for (const old of box.querySelectorAll(".value-more")) old.remove();
  if (large !== null) box.append(saveButton(large));
  if (end >= text.length) return;
  const next = Math.min(text.length, end + STEP_CHARS);
  const label =
    next === text.length
      ? t("Show all {n} characters", { n: number(text.length) })
      : t("Show {n} more of {total} characters", { n: number(next - end), total: number(text.length) });
  box.append(
    h(
      "button",
      { class: "link-button value-more", type: "button", on: { click: () => showUpTo(box, pre, text, next, large) } },
      label,
    ),
  );
}

/** @param {any} value @returns {HTMLElement} */
function saveButton(value) {
  const isText = typeof value === "string";
  const save = () => saveFile(fileName(t("value"), isText ? "txt" : "json"), isText ? value : JSON.stringify(value));
  const label = t("Too large to show as a whole: download");
  return h("button", { class: "link-button value-more", type: "button", on: { click: save } }, label);
}

/** Half an emoji is not a character. @param {string} text @param {number} at @returns {number} */
function afterWholeCharacter(text, at) {
  const code = text.charCodeAt(at - 1);
  return code >= 0xd800 && code <= 0xdbff ? at + 1 : at;
}

/** The values that came out of one pin. They are only ever added to, so an update touches no value that is shown already. */
export class ValueList {
  /** @param {(value: any) => HTMLElement} [view] how one is shown */
  constructor(view = valueView) {
    this.view = view;
    this.list = h("ol", { class: "value-list" });
    this.element = h("div", { class: "values" }, this.list);
    this.limit = FIRST_VALUES;
    /** @type {any[]} */
    this.values = [];
  }

  /** @param {any[]} values all of them, from the first on */
  update(values) {
    if (values.length < this.values.length) fill(this.list);
    this.values = values;
    this.list.classList.toggle("many", values.length > 1);
    for (let i = this.list.children.length; i < Math.min(this.limit, values.length); i += 1) {
      this.list.append(h("li", null, h("span", { class: "value-index" }, number(i + 1)), this.view(values[i])));
    }
    this.#offerMore(values.length - this.limit);
  }

  /** @param {number} left values that are not shown */
  #offerMore(left) {
    this.more?.remove();
    if (left <= 0) return;
    const show = () => {
      this.limit += 10 * FIRST_VALUES;
      this.update(this.values);
    };
    this.more = h(
      "button",
      { class: "link-button value-more", type: "button", on: { click: show } },
      plural(left, "{n} more value, show", "{n} more values, show"),
    );
    this.element.append(this.more);
  }
}

/** Pins with their values. */
export class PinTable {
  /** @param {string} empty what stands there while there is no pin */
  constructor(empty) {
    this.list = h("dl", { class: "pins", hidden: true });
    this.empty = h("p", { class: "muted" }, empty);
    this.element = h("div", null, this.empty, this.list);
    /** @type {Map<string, {values: ValueList, size: HTMLElement}>} */
    this.pins = new Map();
  }

  /** @param {Record<string, any[]>} pins what came out, per pin all values */
  update(pins) {
    for (const [name, values] of Object.entries(pins)) {
      const pin = this.pins.get(name) ?? this.#addPin(name);
      pin.size.textContent = values.length > 1 ? ` ${number(values.length)} values` : "";
      pin.values.update(values);
    }
    this.list.hidden = !this.pins.size;
    this.empty.hidden = !this.list.hidden;
  }

  /** @param {Record<string, any>} inputs one value per pin; whatever was shown before is replaced */
  replace(inputs) {
    this.pins.clear();
    fill(this.list);
    this.update(Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, [value]])));
  }

  /** @param {string} name */
  #addPin(name) {
    const pin = { values: new ValueList(), size: h("span", { class: "muted" }) };
    this.pins.set(name, pin);
    this.list.append(
      h("dt", { class: name === "error" ? "tone-failed" : null }, name, pin.size),
      h("dd", null, pin.values.element),
    );
    return pin;
  }
}

/** Copy and download for what came out of one output. @param {string} name @param {() => any[]} read @returns {HTMLElement} */
export function valueActions(name, read) {
  const text = () => read().map(valueText).join("\n");
  const copy = h(
    "button",
    { class: "button quiet square small", type: "button", title: t("Copy"), "aria-label": t("Copy {name}", { name }) },
    icon("copy"),
  );
  copy.addEventListener("click", () => copyText(text(), t("Copied")));
  const save = h(
    "button",
    { class: "button quiet square small", type: "button", title: t("Download"), "aria-label": t("Download {name}", { name }) },
    icon("download"),
  );
  save.addEventListener("click", () => {
    const values = read();
    const isText = values.every((value) => typeof value === "string");
    if (values.length === 1 && isText && isDataAddress(values[0])) return saveDataAddress(name, values[0]);
    saveFile(
      fileName(name, isText ? "txt" : "json"),
      isText ? text() : JSON.stringify(values.length === 1 ? values[0] : values, null, 2),
    );
  });
  return h("span", { class: "value-actions" }, copy, save);
}

/** @param {string} text @param {string} done */
export async function copyText(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    toast(t("The browser does not let this page copy. Select the text and copy it by hand."), { isError: true });
  }
}

/** @param {string} text @returns {boolean} whether it is a file in itself */
export function isDataAddress(text) {
  return /^data:[\w.+-]+\/[\w.+-]+(;[\w=.-]+)*;base64,/.test(text.slice(0, 200));
}

/** @param {string} name @param {string} address */
export function saveDataAddress(name, address) {
  const kind = address.slice(5, address.indexOf(";"));
  const ending = kind
    .split("/")[1]
    .replace(/^x-|^vnd\..*\.|\+.*$/g, "")
    .slice(0, 10);
  try {
    const bytes = Uint8Array.from(atob(address.slice(address.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
    saveFile(fileName(name, ending || "bin"), bytes);
  } catch {
    saveFile(fileName(name, "txt"), address);
  }
}

/** @param {string} name @param {BlobPart} content */
export function saveFile(name, content) {
  const url = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
