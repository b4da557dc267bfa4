/** Shows values: as text only, whatever they hold, and long ones cut until somebody asks for more. */

import { CutValue } from "./cut_value.js";
import { fill, h } from "./dom.js";
import { number, size } from "./format.js";
import { plural, t } from "./messages.js";
import { indentStart, jsonSize } from "./pretty_json.js";
import { toastError } from "./toast.js";
import { saveValues, valueText } from "./value_actions.js";

const FIRST_CHARS = 1500;
const FIRST_LINES = 24;
const STEP_CHARS = 200_000;
const FIRST_VALUES = 30;

/** A value of more is only written up to what is shown: all of it at once would hold up the page. */
const LARGE_CHARS = 1_000_000;

/** @param {any} value @returns {HTMLElement} */
export function valueView(value) {
  if (value === "") return h("span", { class: "muted" }, t("empty text"));
  if (value instanceof CutValue) return cutView(value);
  const isText = typeof value === "string";
  const isLarge = !isText && jsonSize(value, LARGE_CHARS) >= LARGE_CHARS;
  const text = isLarge ? indentStart(JSON.stringify(value).slice(0, STEP_CHARS)) : valueText(value);
  const pre = h("pre", { class: isText ? "value value-text" : "value value-json", dir: "auto" });
  const box = h("div", { class: "value-box" }, pre);
  showUpTo(box, pre, text, firstCut(text), isLarge || text.length > LARGE_CHARS ? value : null);
  return box;
}

/** @param {CutValue} value @returns {HTMLElement} */
function cutView(value) {
  const isText = value.kind === "text";
  const text = isText ? value.head : indentStart(value.head);
  const pre = h("pre", { class: isText ? "value value-text" : "value value-json", dir: "auto" });
  const box = h("div", { class: "value-box" }, pre);
  showUpTo(box, pre, text, firstCut(text), value);
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
  pre.textContent = end < text.length || large instanceof CutValue ? `${text.slice(0, end)}…` : text;
  for (const old of box.querySelectorAll(".value-more")) old.remove();
  if (end < text.length) box.append(moreButton(text, end, () => showUpTo(box, pre, text, end + STEP_CHARS, large)));
  if (large instanceof CutValue) box.append(...wholeButtons(box, large));
  else if (large !== null) box.append(saveButton(large));
}

/** @param {string} text @param {number} end @param {() => void} show */
function moreButton(text, end, show) {
  const next = Math.min(text.length, end + STEP_CHARS);
  const label =
    next === text.length
      ? t("Show all {n} characters", { n: number(text.length) })
      : t("Show {n} more of {total} characters", { n: number(next - end), total: number(text.length) });
  return h("button", { class: "link-button value-more", type: "button", on: { click: show } }, label);
}

/** @param {any} value @returns {HTMLElement} */
function saveButton(value) {
  const save = () => void saveValues(t("value"), [value]);
  return h("button", { class: "link-button value-more", type: "button", on: { click: save } }, t("Download all of it"));
}

/** @param {HTMLElement} box @param {CutValue} cut @returns {HTMLElement[]} */
function wholeButtons(box, cut) {
  const save = () => void saveValues(t("value"), [cut]);
  const read = async () => {
    const { openLines } = await import("./run/lines_view.js");
    await openLines(box, cut).catch((error) => toastError(error, t("It was not opened")));
  };
  return [
    h("button", { class: "link-button value-more", type: "button", on: { click: () => void read() } }, t("Read all of it")),
    h(
      "button",
      { class: "link-button value-more", type: "button", on: { click: save } },
      t("Download ({size})", { size: size(cut.sizeBytes) }),
    ),
  ];
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
