/** Everything that can be done in the builder, once: the keys, the palette and the buttons all come here. */

import { go, paths } from "../router.js";
import { toast, toastError } from "../toast.js";
import { openMenuAt } from "./canvas.js";
import { copySelected, pasteNodes } from "./clipboard.js";
import { runAlone, runFrom } from "./partial_runs.js";
import { countPinned, togglePin } from "./pinned_outputs.js";
import { saveVersion } from "./save.js";
import { tidy } from "./tidy.js";
import { t } from "../messages.js";

/** @typedef {{id: string, label: string, glyph: string, keys: string, edits: boolean, run: () => any}} Action */

/** What is pressed, as `keyOf` says it, and the action that it starts. @type {Record<string, string>} */
const KEYS = {
  "Ctrl z": "undo",
  "Ctrl Shift z": "redo",
  "Ctrl y": "redo",
  "Ctrl d": "duplicate",
  "Ctrl a": "select-all",
  "Ctrl f": "find",
  "Ctrl k": "palette",
  "Ctrl s": "save",
  "Ctrl Enter": "run",
  "Ctrl Shift Enter": "simulate",
  "Shift Enter": "run-from",
  "Alt Enter": "run-alone",
  p: "pin",
  "Ctrl .": "stop",
  a: "add",
  Delete: "delete",
  Backspace: "delete",
  F2: "rename",
  Escape: "close",
  Enter: "open-form",
  "Shift l": "tidy",
  "Shift !": "fit",
  "Shift 1": "fit",
  1: "zoom-100",
  j: "next-problem",
  k: "previous-problem",
};

export class Actions {
  /** @param {any} builder */
  constructor(builder) {
    this.builder = builder;
    /** @type {Map<string, Action>} */
    this.all = new Map(makeActions(builder).map((action) => [action.id, action]));
  }

  /** @param {string} id */
  run(id) {
    const action = this.all.get(id);
    if (!action || (action.edits && !this.builder.canEdit)) return;
    Promise.resolve(action.run()).catch((error) => toastError(error, action.label));
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    document.addEventListener("keydown", (event) => this.#press(event), { signal });
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    const inField = target.matches("input, textarea, select, [contenteditable]");
    const id = KEYS[keyOf(event)];
    const plain = !event.ctrlKey && !event.metaKey && event.key !== "F2" && event.key !== "Escape";
    // In a field the browser's own undo and selection are what is meant; a dialog has its own keys.
    if (!id || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (plain && event.key.length === 1 && localStorage.getItem("letter-keys") === "off") return;
    if (inField && (plain || ["undo", "redo", "select-all", "duplicate"].includes(id))) return;
    if (event.key === "Enter" && plain && target.matches("button, a, summary, [role=option]")) return;
    event.preventDefault();
    this.run(id);
  }
}

/** @param {KeyboardEvent} event @returns {string} */
function keyOf(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return `${event.ctrlKey || event.metaKey ? "Ctrl " : ""}${event.altKey ? "Alt " : ""}${event.shiftKey ? "Shift " : ""}${key}`;
}

/** @param {any} builder @returns {Action[]} */
function makeActions(builder) {
  /** @type {[string, string, string, string, boolean, () => any][]} */
  const rows = [
    ["run", t("Run with inputs"), "play", "Ctrl Enter", false, () => builder.control.begin()],
    ["simulate", t("Simulate with pins"), "pin", "Ctrl Shift Enter", false, () => simulate(builder)],
    ["run-from", t("Run from here"), "play", "Shift Enter", false, () => runFrom(builder, theNode(builder))],
    ["run-alone", t("Run this node alone"), "node", "Alt Enter", false, () => runAlone(builder, theNode(builder))],
    ["pin", t("Pin or unpin the output"), "pin", "P", true, () => togglePin(builder, theNode(builder))],
    ["stop", t("Stop the run"), "square", "Ctrl .", false, () => builder.control.stop()],
    ["save", t("Save version"), "save", "Ctrl S", true, () => saveVersion(builder)],
    [
      "versions",
      t("Versions"),
      "clock",
      "",
      false,
      () => builder.saved && builder.set({ panel: { kind: "versions" }, menu: null }),
    ],
    ["add", t("Add a block"), "plus", "A", true, () => openMenuAt(builder, pointerOrMiddle(builder))],
    ["note", t("Add a note"), "note", "", true, () => addNote(builder)],
    ["undo", t("Undo"), "undo", "Ctrl Z", true, () => builder.doc.undo()],
    ["redo", t("Redo"), "redo", "Ctrl Shift Z", true, () => builder.doc.redo()],
    ["duplicate", t("Duplicate"), "copy", "Ctrl D", true, () => duplicate(builder)],
    ["delete", t("Delete what is selected"), "trash", "Del", true, () => builder.removeSelected()],
    [
      "select-all",
      t("Select all"),
      "check",
      "Ctrl A",
      false,
      () => builder.select(builder.doc.now.nodes.map((/** @type {any} */ n) => n.id)),
    ],
    ["tidy", t("Tidy the layout"), "tidy", "Shift L", true, () => tidy(builder)],
    ["fit", t("Zoom to fit"), "fit", "Shift 1", false, () => builder.showAll()],
    ["zoom-100", t("Zoom to 100 %"), "search", "1", false, () => builder.flow?.zoomTo(1)],
    ["find", t("Find a node"), "search", "Ctrl F", false, () => builder.set({ palette: "@" })],
    ["palette", t("All commands"), "dots", "Ctrl K", false, () => builder.set({ palette: "", menu: null })],
    ["rename", t("Rename the node"), "text", "F2", true, () => rename(builder)],
    ["open-form", t("Open the form"), "node", "Enter", false, () => openForm(builder)],
    ["next-problem", t("Next problem"), "alert", "J", false, () => showProblem(builder, 1)],
    ["previous-problem", t("Previous problem"), "alert", "K", false, () => showProblem(builder, -1)],
    ["agent-page", t("To the agent's page"), "agent", "", false, () => builder.saved && go(paths.agent(builder.saved.id))],
    ["new", t("New agent"), "plus", "", false, () => go(paths.build())],
    ["close", t("Close"), "cross", "Esc", false, () => close(builder)],
  ];
  return rows.map(([id, label, glyph, keys, edits, run]) => ({ id, label, glyph, keys, edits, run }));
}

/** @param {any} builder */
function pointerOrMiddle(builder) {
  const box = /** @type {HTMLElement} */ (document.querySelector(".build-canvas")).getBoundingClientRect();
  const { x, y } = builder.lastPointer;
  const isOver = x > box.left && x < box.right && y > box.top && y < box.bottom;
  return isOver ? { x, y } : { x: box.left + box.width / 3, y: box.top + box.height / 4 };
}

/** @param {any} builder */
function addNote(builder) {
  const block = [...builder.catalog.values()].find((one) => one.uiType === "Note");
  if (!block) return;
  builder.addNode(block.id, builder.freePlace(), null, { text: "" });
  builder.set({ panel: null });
}

/** The node that is meant: the one that is selected. @param {any} builder @returns {string|undefined} */
function theNode(builder) {
  const [id, another] = builder.selected;
  return another ? undefined : id;
}

/** @param {any} builder */
function simulate(builder) {
  if (countPinned(builder.doc.now)) return builder.control.begin(true);
  toast(t("Nothing is pinned. Select a node that has run and press P: its output stands in for it."), { isError: true });
}

/** @param {any} builder */
function duplicate(builder) {
  const copied = copySelected(builder);
  if (copied) pasteNodes(builder, copied);
}

/** @param {any} builder */
function openForm(builder) {
  const [id] = builder.selected;
  if (id) builder.openPanel(id);
}

/** @param {any} builder */
function rename(builder) {
  openForm(builder);
  setTimeout(() => dispatchEvent(new Event("builder-rename")));
}

/** @param {any} builder @param {number} step */
function showProblem(builder, step) {
  const problems = [...builder.state.refused, ...builder.state.problems];
  if (!problems.length) return;
  const { panel } = builder.state;
  const ids = [...new Set(problems.map((problem) => problem.nodeId))];
  const at = panel?.kind === "node" ? ids.indexOf(panel.id) : -1;
  builder.reveal(ids[(at + step + ids.length) % ids.length]);
}

/** The innermost thing that is open. @param {any} builder */
function close(builder) {
  const { menu, panel } = builder.state;
  if (menu) builder.set({ menu: null });
  else if (panel) builder.set({ panel: null });
  else builder.select([]);
}
