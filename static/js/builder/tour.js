/**
 * A short tour of the builder: each step says what to do, shows where, and goes on by itself once it is done. It covers nothing, and whoever
 * has ended it once is not offered it again (the palette keeps it).
 */

import { fill, h } from "../dom.js";
import { t } from "../messages.js";
import { loadStyles } from "../styles.js";

/** What bars.js looks for before it offers the tour. */
const SEEN = "builder-tour";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {{title: string, text: string, target: string, isDone: (builder: Builder) => boolean}} Step `target`: a selector of what is meant */

/** @returns {Step[]} */
function makeSteps() {
  return [
    {
      title: t("Add a block"),
      text: t(
        "Press “Block” or A, type a word, and choose with Enter. An input, a block that works and an output are a small agent.",
      ),
      target: ".dock-add",
      isDone: ({ doc }) => doc.now.nodes.length > 0,
    },
    {
      title: t("Fill in its form"),
      text: t("Click a node, or press Enter on it: what it holds is edited beside the canvas."),
      target: ".panel",
      isDone: () => false, // it opens by itself with what was added: there would be no time to read this
    },
    {
      title: t("Link two pins"),
      text: t(
        "Drag from a pin at the right of a node and let go on the canvas: the blocks that fit are offered, and linked. By keys: C.",
      ),
      target: ".build-canvas",
      isDone: ({ doc }) => doc.now.links.length > 0,
    },
    {
      title: t("Save a version"),
      text: t("Your draft keeps itself. Ctrl S makes a version of it, to which you can come back."),
      target: ".build-top",
      isDone: ({ saved, state }) => saved !== null && !state.isChanged,
    },
    {
      title: t("Run it"),
      text: t("Ctrl Enter asks for the inputs and runs. Each node shows what went in and what came out."),
      target: ".dock-run",
      isDone: ({ state }) => state.run !== null,
    },
    {
      title: t("That is all"),
      text: t("Ctrl K finds every command, ? lists all keys, and Ctrl Z takes back whatever you did."),
      target: "",
      isDone: () => false,
    },
  ];
}

/** @param {Builder} builder @param {AbortSignal} signal aborted when the page is left */
export async function startTour(builder, signal) {
  await loadStyles("build_tour.css");
  if (document.querySelector(".tour") || signal.aborted) return;
  new Tour(builder, signal).go(0);
}

class Tour {
  /** @param {Builder} builder @param {AbortSignal} signal */
  constructor(builder, signal) {
    this.builder = builder;
    this.steps = makeSteps();
    this.at = 0;
    this.wasDone = false;
    this.title = h("h2");
    this.text = h("p");
    this.count = h("span", { class: "muted" });
    this.back = h(
      "button",
      { class: "button quiet small", type: "button", on: { click: () => this.go(this.at - 1) } },
      t("Back"),
    );
    this.next = h("button", { class: "button small", type: "button", on: { click: () => this.go(this.at + 1) } });
    const leave = h(
      "button",
      { class: "button quiet small", type: "button", on: { click: () => this.end() } },
      t("End the tour"),
    );
    const said = h("div", { role: "status" }, this.title, this.text);
    const foot = h("div", { class: "tour-foot" }, this.count, h("span", { class: "grow" }), leave, this.back, this.next);
    this.element = h("section", { class: "tour", "aria-label": t("Tour of the builder") }, said, foot);
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
    document.body.append(this.element);
    /** @type {(() => void)[]} */
    this.stops = [builder.view.subscribe(() => this.#look()), builder.doc.store.subscribe(() => this.#look())];
    signal.addEventListener("abort", () => this.#close());
    this.next.focus();
  }

  /** @param {number} at */
  go(at) {
    if (at >= this.steps.length) return this.end();
    this.at = Math.max(0, at);
    const step = this.steps[this.at];
    // What is done already is looked at as long as somebody wants to.
    this.wasDone = step.isDone(this.builder);
    fill(this.title, step.title);
    fill(this.text, step.text);
    fill(this.count, t("{n} of {total}", { n: this.at + 1, total: this.steps.length }));
    fill(this.next, this.at === this.steps.length - 1 ? t("Done") : t("Next"));
    this.back.disabled = this.at === 0;
    this.#mark(step.target);
  }

  /** Somebody has seen it. */
  end() {
    localStorage.setItem(SEEN, "yes");
    this.#close();
    dispatchEvent(new Event("tour-ended"));
  }

  #look() {
    const step = this.steps[this.at];
    if (!this.wasDone && step.isDone(this.builder)) this.go(this.at + 1);
    else if (step.target && !document.querySelector("[data-tour]")) this.#mark(step.target); // it was not there yet
  }

  /** @param {string} target */
  #mark(target) {
    for (const old of document.querySelectorAll("[data-tour]")) old.removeAttribute("data-tour");
    if (target) document.querySelector(target)?.setAttribute("data-tour", "");
  }

  #close() {
    this.#mark("");
    for (const stop of this.stops) stop();
    this.stops = [];
    this.element.remove();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.end();
  }
}
