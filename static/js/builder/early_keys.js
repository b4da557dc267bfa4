/**
 * Keys that are pressed while the code of what was asked for before them is on its way (later.js). What is typed for the block menu or the palette
 * is what their field begins with; everything else waits, and is done in its order.
 */

/** @typedef {import("./builder.js").Builder & {actions: import("./actions.js").Actions}} Builder */

export const FIELDS = "input, textarea, select, [contenteditable]";

const LOOK_EVERY_MS = 10;

export class EarlyKeys {
  /** @param {Builder} builder @param {(event: KeyboardEvent) => any} take does what a key means */
  constructor(builder, take) {
    this.builder = builder;
    this.take = take;
    /** @type {{event: KeyboardEvent, asked: import("./early_selection.js").Selection}[]} */
    this.held = [];
  }

  get isWaiting() {
    return this.held.length > 0 || this.#hasWork;
  }

  /** Whether an action waits for its code, or a field for the row that was chosen in it already. */
  get #hasWork() {
    return this.builder.actions.coming !== null || this.#isChosen;
  }

  get #isChosen() {
    const { menu, palette } = this.builder.state;
    return readTyped(palette ?? menu?.typed ?? "").isChosen && isFieldComing(this.builder);
  }

  /** @param {KeyboardEvent} event @returns {boolean} true */
  hold(event) {
    if (this.held.push({ event, asked: this.builder.actions.selection.now }) === 1) void this.#release();
    return true;
  }

  async #release() {
    const { actions } = this.builder;
    actions.holdsKeys = true;
    while (this.held.length) {
      const isChosen = this.#isChosen;
      while (this.#hasWork) await (actions.coming ?? pause());
      await pause(); // what is chosen in the palette is done in a task of its own
      if (isChosen) actions.selection.note(this.held[0].asked);
      while (this.held.length && !this.#hasWork) this.#takeNext();
    }
    actions.holdsKeys = false;
    if (!actions.coming) actions.selection.forget();
  }

  #takeNext() {
    const next = this.held.shift();
    if (next) this.builder.actions.selection.use(next.asked, () => this.take(next.event));
  }
}

/** @returns {Promise<void>} */
const pause = () => new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));

/** @param {import("./builder.js").Builder} builder @returns {boolean} */
export function isFieldComing({ state: { menu, palette } }) {
  return (menu !== null || palette !== null) && !document.querySelector(".block-menu input, .palette input");
}

/** @param {import("./builder.js").Builder} builder @param {KeyboardEvent} event @returns {boolean} whether it was for the field */
export function keepForField(builder, event) {
  const { menu, palette } = builder.state;
  const inField = event.target instanceof Element && event.target.matches(FIELDS);
  if (inField || event.ctrlKey || event.metaKey || event.altKey) return false;
  const typed = palette ?? menu?.typed ?? "";
  const now = edited(typed, event.key);
  if (now === null) builder.set({ menu: null, palette: null });
  else if (palette !== null) builder.set({ palette: now });
  else if (menu) builder.set({ menu: { ...menu, typed: now } });
  return true;
}

/** @param {string} typed @param {string} key @returns {string|null} null: it is not wanted any more */
function edited(typed, key) {
  if (key === "Escape") return null;
  if (typed.endsWith("\n")) return typed; // chosen already
  if (key === "Backspace") return typed.slice(0, -1);
  if (key === "Enter") return `${typed}\n`;
  return key.length === 1 ? typed + key : typed;
}

/** @param {string} typed @returns {{query: string, isChosen: boolean}} `isChosen`: Enter was pressed, which takes the first row */
export function readTyped(typed) {
  return { query: typed.replace("\n", ""), isChosen: typed.endsWith("\n") };
}
