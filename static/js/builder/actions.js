/** Everything that can be done in the builder, once: the keys, the palette and the buttons all come here. */

import { go, paths } from "../router.js";
import { toast, toastError } from "../toast.js";
import { openMenuAt } from "./canvas.js";
import { EarlySelection } from "./early_selection.js";
import { SIDES, focusForm, focusNode } from "./node_focus.js";
import * as parts from "./parts.js";
import { countPinned } from "./pinned_outputs.js";
import { whenDrawn } from "./side_panel.js";
import { t } from "../messages.js";

/** @typedef {{id: string, label: string, glyph: string, keys: string, run: (part: any) => any, part?: import("./later.js").Later<any>}} Action `part`: what it needs, and is given */
/** @typedef {[id: string, label: string, glyph: string, keys: string, run: (part: any) => any, part?: import("./later.js").Later<any>]} Row */

export class Actions {
  /** @param {any} builder */
  constructor(builder) {
    this.builder = builder;
    /** @type {Map<string, Action>} */
    this.all = new Map(makeActions(builder).map((action) => [action.id, action]));
    this.selection = new EarlySelection(builder);
    /** Whether keys wait for their turn (early_keys.js). */
    this.holdsKeys = false;
    /** While an action waits for its part, those after it wait as well: they are done in the order in which they were asked for. @type {Promise<any>|null} */
    this.coming = null;
  }

  /** @param {string} id */
  run(id) {
    const action = this.all.get(id);
    if (action) this.perform(action);
  }

  /** @param {Pick<Action, "label"|"run"|"part">} action */
  perform(action) {
    const fail = (/** @type {unknown} */ error) => toastError(error, action.label);
    const act = () => void (async () => action.run(action.part?.now))().catch(fail);
    if (!this.coming && (!action.part || action.part.now)) return act();
    const asked = this.selection.now;
    const work = Promise.resolve(this.coming).then(action.part);
    this.waitFor(work.then(() => this.selection.use(asked, act), fail));
  }

  /** What was asked for elsewhere is done before the actions after it. @param {Promise<any>} work */
  waitFor(work) {
    const coming = Promise.allSettled([this.coming, work]).then(() => {
      if (this.coming !== coming) return;
      this.coming = null;
      if (!this.holdsKeys) this.selection.forget();
    });
    this.coming = coming;
  }
}

/** @param {any} builder @returns {Action[]} */
function makeActions(builder) {
  /** @type {Row[]} */
  const rows = [
    ["run", t("Run with inputs"), "play", "Ctrl Enter", () => builder.control.begin()],
    ["simulate", t("Simulate with pins"), "pin", "Ctrl Shift Enter", () => simulate(builder)],
    ["run-from", t("Run from here"), "play", "Shift Enter", (part) => part.runFrom(builder, theNode(builder)), parts.partialRuns],
    [
      "run-alone",
      t("Run this node alone"),
      "node",
      "Alt Enter",
      (part) => part.runAlone(builder, theNode(builder)),
      parts.partialRuns,
    ],
    ["pin", t("Pin or unpin the output"), "pin", "P", (part) => part.togglePin(builder, theNode(builder)), parts.pinOutput],
    ["switch-off", t("Switch off or on"), "ban", "X", (part) => part.toggleOff(builder), parts.switchOff],
    ["stop", t("Stop the run"), "square", "Ctrl .", () => builder.control.stop()],
    ["save", t("Save version"), "save", "Ctrl S", (part) => part.saveVersion(builder), parts.save],
    ["save-note", t("Save with a note"), "save", "", () => askForNote(builder)],
    ["schedule", t("Schedule it"), "clock", "", () => askForSchedule(builder)],
    ["versions", t("Versions"), "clock", "", () => builder.saved && builder.set({ panel: { kind: "versions" }, menu: null })],
    ["add", t("Add a block"), "plus", "A", () => addBeside(builder)],
    ["note", t("Add a note"), "note", "", (part) => part.addNote(builder), parts.addBlock],
    ["undo", t("Undo"), "undo", "Ctrl Z", () => builder.doc.undo()],
    ["redo", t("Redo"), "redo", "Ctrl Shift Z", () => builder.doc.redo()],
    ["copy", t("Copy"), "copy", "Ctrl C", (part) => part.copyToClipboard(builder), parts.pasteNodes],
    ["duplicate", t("Duplicate"), "copy", "Ctrl D", (part) => part.duplicate(builder), parts.pasteNodes],
    ["delete", t("Delete what is selected"), "trash", "Del", (part) => part.removeSelected(builder), parts.removeNodes],
    [
      "select-all",
      t("Select all"),
      "check",
      "Ctrl A",
      () => builder.select(builder.doc.now.nodes.map((/** @type {any} */ n) => n.id)),
    ],
    ["tidy", t("Tidy the layout"), "tidy", "Shift L", (part) => part.tidy(builder), parts.tidy],
    ["fit", t("Zoom to fit"), "fit", "Shift 1", () => builder.camera.showAll()],
    ["fit-selected", t("Zoom to what is selected"), "fit", "Shift 2", () => builder.camera.showSelected()],
    ["zoom-100", t("Zoom to 100 %"), "search", "1", () => builder.camera.zoomTo(1)],
    ["find", t("Find a node"), "search", "Ctrl F", () => builder.set({ palette: "@" })],
    ["palette", t("All commands"), "dots", "Ctrl K", () => builder.set({ palette: "", menu: null })],
    ["rename", t("Rename the node"), "text", "F2", () => rename(builder)],
    ["open-form", t("Open the form"), "node", "Enter", () => openForm(builder)],
    ["link", t("Link by keys"), "link", "C", (part) => part.beginLinking(builder, theNode(builder)), parts.linkByKeys],
    ["align-left", t("Align left edges"), "tidy", "", (part) => part.alignSelected(builder, "left"), parts.arrange],
    ["align-top", t("Align upper edges"), "tidy", "", (part) => part.alignSelected(builder, "top"), parts.arrange],
    ["align-middle", t("Align in one row"), "tidy", "", (part) => part.alignSelected(builder, "middle"), parts.arrange],
    [
      "spread-across",
      t("Spread evenly from left to right"),
      "tidy",
      "",
      (part) => part.distributeSelected(builder, "x"),
      parts.arrange,
    ],
    [
      "spread-down",
      t("Spread evenly from top to bottom"),
      "tidy",
      "",
      (part) => part.distributeSelected(builder, "y"),
      parts.arrange,
    ],
    ["next-problem", t("Next problem"), "alert", "J", (part) => part.showProblem(builder, 1), parts.problemList],
    ["previous-problem", t("Previous problem"), "alert", "K", (part) => part.showProblem(builder, -1), parts.problemList],
    ["agent-page", t("To the agent's page"), "agent", "", () => builder.saved && go(paths.agent(builder.saved.id))],
    ["new", t("New agent"), "plus", "", () => go(paths.build())],
    ["tour", t("Tour of the builder"), "play", "", () => showTour(builder)],
    ["keys", t("All keys"), "text", "?", (part) => part.showKeys(builder.actions.all.values()), parts.keysDialog],
    ["close", t("Close"), "cross", "Esc", () => close(builder)],
    ...arrowRows(builder),
  ];
  return rows.map(([id, label, glyph, keys, run, part]) => ({ id, label, glyph, keys, run, part }));
}

/** @param {any} builder @returns {Row[]} for each direction: to the next node, and a move */
function arrowRows(builder) {
  const words = { left: t("to the left"), right: t("to the right"), up: t("up"), down: t("down") };
  const signs = { left: "←", right: "→", up: "↑", down: "↓" };
  return /** @type {import("./node_focus.js").Side[]} */ (Object.keys(SIDES)).flatMap((side) => {
    const way = words[side];
    const move = (/** @type {number} */ steps) => (/** @type {any} */ part) => part.moveSelected(builder, SIDES[side], steps);
    return [
      [
        `select-${side}`,
        t("To the next node {way}", { way }),
        "node",
        signs[side],
        (part) => part.selectTowards(builder, side),
        parts.arrowKeys,
      ],
      [`move-${side}`, t("Move {way} by 8", { way }), "node", `Ctrl ${signs[side]}`, move(1), parts.arrange],
      [`move-far-${side}`, t("Move {way} by 40", { way }), "node", `Ctrl Shift ${signs[side]}`, move(5), parts.arrange],
    ];
  });
}

/** @param {any} builder */
async function showTour(builder) {
  const { startTour } = await import("./tour.js"); // once in a lifetime
  await startTour(builder, builder.signal);
}

/** @param {any} builder */
async function askForNote(builder) {
  if (builder.saved && !builder.state.isChanged) return toast(t("Nothing has changed since version {version}.", builder.state));
  const dialog = await parts.saveNote();
  dialog.askForNote(builder);
}

/** @param {any} builder */
async function askForSchedule(builder) {
  const dialog = await parts.scheduleDialog();
  await dialog.openSchedule(builder);
}

/** At the right of what is selected, else at the pointer. @param {any} builder */
function addBeside(builder) {
  const beside = builder.state.flowNodes.find((/** @type {any} */ node) => node.selected);
  if (!beside) return openMenuAt(builder, pointerOrMiddle(builder));
  const at = builder.camera.freeBeside({ x: beside.position.x + beside.width + 80, y: beside.position.y });
  const screen = builder.flow.flowToScreenPosition(at);
  builder.set({ menu: { screen, at, from: null } });
}

/** @param {any} builder */
function pointerOrMiddle(builder) {
  const box = /** @type {HTMLElement} */ (document.querySelector(".build-canvas")).getBoundingClientRect();
  const { x, y } = builder.lastPointer;
  const isOver = x > box.left && x < box.right && y > box.top && y < box.bottom;
  return isOver ? { x, y } : { x: box.left + box.width / 3, y: box.top + box.height / 4 };
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
function openForm(builder) {
  const [id] = builder.selected;
  if (!id) return;
  builder.openPanel(id);
  focusForm();
}

/** @param {any} builder */
function rename(builder) {
  const [id] = builder.selected;
  if (!id) return;
  builder.openPanel(id);
  whenDrawn(".panel-title", (field) => (field.focus(), /** @type {HTMLInputElement} */ (field).select()));
}

/** The innermost thing that is open. @param {any} builder */
function close(builder) {
  const { menu, panel } = builder.state;
  if (menu) builder.set({ menu: null });
  else if (panel) builder.set({ panel: null });
  else return builder.select([]);
  const [id] = builder.selected;
  if (id) focusNode(id);
}
