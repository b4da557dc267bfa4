/** A text of any length by its lines: a worker holds it, and the page has the lines in sight only. */

import { h } from "../dom.js";
import { number } from "../format.js";
import { plural, t } from "../messages.js";
import { readLines } from "./value_reader.js";

const LINE_HEIGHT = 18; // .lines-text in run.css
const SHOWN_LINES = 24;

/** Browsers draw nothing below some millions of pixels: a longer text is scrolled by parts of its length. */
const MOST_PIXELS = 8_000_000;

/** @param {HTMLElement} box of a value that is cut; the lines take the place of its beginning @param {import("../cut_value.js").CutValue} cut */
export async function openLines(box, cut) {
  const place = new Lines();
  const reader = await readLines(cut, (from, lines) => place.put(from, lines));
  box.replaceChildren(place.element);
  place.open(reader);
}

class Lines {
  constructor() {
    this.first = -1;
    this.text = h("pre", { class: "value lines-text", dir: "auto" });
    this.space = h("div", { class: "lines-space" }, this.text);
    this.scroller = h("div", { class: "lines", tabindex: 0, role: "region", "aria-label": t("All lines") }, this.space);
    this.said = h("p", { class: "muted", role: "status" });
    this.element = h("div", null, this.scroller, this.said);
    this.scroller.addEventListener("scroll", () => this.#ask());
  }

  /** @param {{count: number, show: (from: number, to: number) => void, close: () => void}} reader */
  open(reader) {
    this.reader = reader;
    const view = Math.min(reader.count, SHOWN_LINES) * LINE_HEIGHT;
    this.scroller.style.height = `${view}px`;
    this.space.style.height = `${Math.min(MOST_PIXELS, reader.count * LINE_HEIGHT)}px`;
    // A page that is left takes its elements away: then the worker has nobody to read for.
    new IntersectionObserver(() => this.element.isConnected || reader.close()).observe(this.scroller);
    this.#ask();
  }

  #ask() {
    if (!this.reader) return;
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const way = Math.max(1, scrollHeight - clientHeight);
    const last = Math.max(0, this.reader.count - SHOWN_LINES);
    const from = Math.round(Math.min(1, scrollTop / way) * last);
    if (from !== this.first) this.reader.show(from, from + SHOWN_LINES);
    this.first = from;
  }

  /** @param {number} from @param {string[]} lines */
  put(from, lines) {
    if (from !== this.first) return;
    this.text.textContent = lines.join("\n");
    const count = this.reader?.count ?? 0;
    const said = { from: number(from + 1), to: number(from + lines.length), total: plural(count, "{n} line", "{n} lines") };
    this.said.textContent = t("Lines {from} to {to} of {total}", said);
  }
}
