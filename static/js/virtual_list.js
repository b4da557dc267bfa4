/** A list box of any length: only the rows in sight are elements. Arrow keys choose, as in every list box. */

import { h, uniqueId } from "./dom.js";

const OVERSCAN = 4;

export class VirtualList {
  /**
   * @param {{label: string, rowHeight: number, maxRows: number, render: (index: number) => Node[], onChoose: (index:
   *   number) => void}} options
   */
  constructor(options) {
    this.options = options;
    this.id = uniqueId();
    this.count = 0;
    this.chosen = -1;
    this.spacer = h("div", { class: "vlist-spacer" });
    this.element = h("div", { class: "vlist", role: "listbox", tabindex: 0, "aria-label": options.label }, this.spacer);
    this.element.addEventListener("scroll", () => this.refresh());
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** @param {number} count */
  setCount(count) {
    if (count !== this.count) {
      this.count = count;
      this.spacer.style.height = `${count * this.options.rowHeight}px`;
      this.element.style.height = `${Math.min(count, this.options.maxRows) * this.options.rowHeight}px`;
    }
    this.refresh();
  }

  /** Draws the rows in sight again. */
  refresh() {
    const { rowHeight, maxRows } = this.options;
    const first = Math.max(0, Math.floor(this.element.scrollTop / rowHeight) - OVERSCAN);
    const last = Math.min(this.count, first + maxRows + 2 * OVERSCAN + 1);
    const rows = [];
    for (let i = first; i < last; i += 1) rows.push(this.#row(i));
    this.spacer.replaceChildren(...rows);
    this.#tellChosen();
  }

  /** @param {number} index */
  choose(index) {
    if (index < 0 || index >= this.count) return;
    this.chosen = index;
    this.#scrollTo(index);
    this.refresh();
    this.options.onChoose(index);
  }

  /** @param {number} index */
  #row(index) {
    const chosen = index === this.chosen;
    const props = {
      class: "vlist-row",
      role: "option",
      id: `${this.id}-${index}`,
      "aria-selected": chosen,
      "aria-setsize": this.count,
      "aria-posinset": index + 1,
    };
    const row = h(
      "div",
      { ...props, "aria-selected": String(chosen), on: { click: () => this.choose(index) } },
      this.options.render(index),
    );
    row.style.transform = `translateY(${index * this.options.rowHeight}px)`;
    return row;
  }

  #tellChosen() {
    if (this.chosen >= 0) this.element.setAttribute("aria-activedescendant", `${this.id}-${this.chosen}`);
  }

  /** @param {number} index */
  #scrollTo(index) {
    const { rowHeight } = this.options;
    const top = index * rowHeight;
    const height = this.element.clientHeight || this.options.maxRows * rowHeight;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (top + rowHeight > this.element.scrollTop + height) this.element.scrollTop = top + rowHeight - height;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const page = this.options.maxRows - 1;
    const last = this.count - 1;
    const targets = /** @type {Record<string, number>} */ ({
      ArrowDown: Math.min(last, this.chosen + 1),
      ArrowUp: Math.max(0, this.chosen - 1),
      PageDown: Math.min(last, this.chosen + page),
      PageUp: Math.max(0, this.chosen - page),
      Home: 0,
      End: last,
    });
    if (!(event.key in targets)) return;
    event.preventDefault();
    this.choose(targets[event.key]);
  }
}
