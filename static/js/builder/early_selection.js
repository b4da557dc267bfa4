/** What is done a moment after it was asked for is done to what was selected when it was asked for: meanwhile somebody may go on with something else. */

/** @typedef {{nodes: Set<string>, links: Set<string>}} Selection */

export class EarlySelection {
  /** @param {import("./builder.js").Builder} builder */
  constructor(builder) {
    this.builder = builder;
    /** What was done late before: for which selection, and what it left. @type {{asked: Selection, left: Selection}|null} */
    this.before = null;
  }

  /** @returns {Selection} */
  get now() {
    return { nodes: this.builder.selected, links: this.builder.state.selectedLinks };
  }

  /** @param {Selection} asked what was selected then @param {() => void} act */
  use(asked, act) {
    // Where only keys were pressed since what came before it, that decides: an arrow has selected the next node.
    const meant = this.before && isSame(this.before.asked, asked) ? this.before.left : asked;
    const { now } = this;
    if (!isSame(meant, now)) this.#select(meant);
    act();
    this.note(asked);
    // Unless it has selected something itself, what was selected meanwhile still is.
    if (!isSame(meant, now) && [...this.now.nodes].every((id) => meant.nodes.has(id))) this.#select(now);
  }

  /** @param {Selection} asked for what is done now */
  note(asked) {
    this.before = { asked, left: this.now };
  }

  /** Nothing is late any more. */
  forget() {
    this.before = null;
  }

  /** @param {Selection} wanted */
  #select({ nodes, links }) {
    this.builder.select(nodes);
    this.builder.set({ selectedLinks: links });
  }
}

/** @param {Selection} a @param {Selection} b */
function isSame(a, b) {
  const [one, other] = [a, b].map(({ nodes, links }) => [...nodes, "", ...links].join(" "));
  return one === other;
}
