/** Everything that can be done in the builder, once: the keys, the palette and the buttons all come here. */

import { go, paths } from "../router.js";
import { toast, toastError } from "../toast.js";
import { alignSelected, distributeSelected, moveSelected } from "./arrange.js";
import { openMenuAt } from "./canvas.js";
import { copySelected, copyToClipboard, pasteNodes } from "./clipboard.js";
import { beginLinking } from "./link_by_keys.js";
import { SIDES, focusForm, focusNode, selectTowards } from "./node_focus.js";
import { countPinned, togglePin } from "./pinned_outputs.js";
import { saveVersion } from "./save.js";
import { whenDrawn } from "./side_panel.js";
import { toggleOff } from "./switch_off.js";
import { tidy } from "./tidy.js";
import { t } from "../messages.js";

/** @typedef {{id: string, label: string, glyph: string, keys: string, run: () => any}} Action */

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
    if (!action) return;
    Promise.resolve(action.run()).catch((error) => toastError(error, action.label));
  }
}

const partialRuns = () => import("./partial_runs.js");

/** @param {any} builder @returns {Action[]} */
function makeActions(builder) {
  /** @type {[string, string, string, string, () => any][]} */
  const rows = [
    ["run", t("Run with inputs"), "play", "Ctrl Enter", () => builder.control.begin()],
    ["simulate", t("Simulate with pins"), "pin", "Ctrl Shift Enter", () => simulate(builder)],
    ["run-from", t("Run from here"), "play", "Shift Enter", async () => (await partialRuns()).runFrom(builder, theNode(builder))],
    [
      "run-alone",
      t("Run this node alone"),
      "node",
      "Alt Enter",
      async () => (await partialRuns()).runAlone(builder, theNode(builder)),
    ],
    ["pin", t("Pin or unpin the output"), "pin", "P", () => togglePin(builder, theNode(builder))],
    ["switch-off", t("Switch off or on"), "ban", "X", () => toggleOff(builder)],
    ["stop", t("Stop the run"), "square", "Ctrl .", () => builder.control.stop()],
    ["save", t("Save version"), "save", "Ctrl S", () => saveVersion(builder)],
    ["save-note", t("Save with a note"), "save", "", () => askForNote(builder)],
    ["schedule", t("Schedule it"), "clock", "", () => askForSchedule(builder)],
    ["versions", t("Versions"), "clock", "", () => builder.saved && builder.set({ panel: { kind: "versions" }, menu: null })],
    ["add", t("Add a block"), "plus", "A", () => addBeside(builder)],
    ["note", t("Add a note"), "note", "", () => addNote(builder)],
    ["undo", t("Undo"), "undo", "Ctrl Z", () => builder.doc.undo()],
    ["redo", t("Redo"), "redo", "Ctrl Shift Z", () => builder.doc.redo()],
    ["copy", t("Copy"), "copy", "Ctrl C", () => copyToClipboard(builder)],
    ["duplicate", t("Duplicate"), "copy", "Ctrl D", () => duplicate(builder)],
    ["delete", t("Delete what is selected"), "trash", "Del", () => builder.removeSelected()],
    [
      "select-all",
      t("Select all"),
      "check",
      "Ctrl A",
      () => builder.select(builder.doc.now.nodes.map((/** @type {any} */ n) => n.id)),
    ],
    ["tidy", t("Tidy the layout"), "tidy", "Shift L", () => tidy(builder)],
    ["fit", t("Zoom to fit"), "fit", "Shift 1", () => builder.showAll()],
    ["fit-selected", t("Zoom to what is selected"), "fit", "Shift 2", () => builder.showSelected()],
    ["zoom-100", t("Zoom to 100 %"), "search", "1", () => builder.zoomTo(1)],
    ["find", t("Find a node"), "search", "Ctrl F", () => builder.set({ palette: "@" })],
    ["palette", t("All commands"), "dots", "Ctrl K", () => builder.set({ palette: "", menu: null })],
    ["rename", t("Rename the node"), "text", "F2", () => rename(builder)],
    ["open-form", t("Open the form"), "node", "Enter", () => openForm(builder)],
    ["link", t("Link by keys"), "link", "C", () => beginLinking(builder, theNode(builder))],
    ["align-left", t("Align left edges"), "tidy", "", () => alignSelected(builder, "left")],
    ["align-top", t("Align upper edges"), "tidy", "", () => alignSelected(builder, "top")],
    ["align-middle", t("Align in one row"), "tidy", "", () => alignSelected(builder, "middle")],
    ["spread-across", t("Spread evenly from left to right"), "tidy", "", () => distributeSelected(builder, "x")],
    ["spread-down", t("Spread evenly from top to bottom"), "tidy", "", () => distributeSelected(builder, "y")],
    ["next-problem", t("Next problem"), "alert", "J", () => showProblem(builder, 1)],
    ["previous-problem", t("Previous problem"), "alert", "K", () => showProblem(builder, -1)],
    ["agent-page", t("To the agent's page"), "agent", "", () => builder.saved && go(paths.agent(builder.saved.id))],
    ["new", t("New agent"), "plus", "", () => go(paths.build())],
    ["tour", t("Tour of the builder"), "play", "", () => showTour(builder)],
    ["keys", t("All keys"), "text", "?", () => showKeys(builder)],
    ["close", t("Close"), "cross", "Esc", () => close(builder)],
    ...arrowRows(builder),
  ];
  return rows.map(([id, label, glyph, keys, run]) => ({ id, label, glyph, keys, run }));
}

/** @param {any} builder @returns {[string, string, string, string, () => any][]} for each direction: to the next node, and a move */
function arrowRows(builder) {
  const words = { left: t("to the left"), right: t("to the right"), up: t("up"), down: t("down") };
  const signs = { left: "←", right: "→", up: "↑", down: "↓" };
  return /** @type {import("./node_focus.js").Side[]} */ (Object.keys(SIDES)).flatMap((side) => {
    const way = words[side];
    const move = (/** @type {number} */ steps) => () => moveSelected(builder, SIDES[side], steps);
    return [
      [`select-${side}`, t("To the next node {way}", { way }), "node", signs[side], () => selectTowards(builder, side)],
      [`move-${side}`, t("Move {way} by 8", { way }), "node", `Ctrl ${signs[side]}`, move(1)],
      [`move-far-${side}`, t("Move {way} by 40", { way }), "node", `Ctrl Shift ${signs[side]}`, move(5)],
    ];
  });
}

/** @param {any} builder */
async function showKeys(builder) {
  const dialog = await import("./keys_dialog.js"); // seldom asked for
  dialog.showKeys(builder.actions.all.values());
}

/** @param {any} builder */
async function showTour(builder) {
  const { startTour } = await import("./tour.js"); // once in a lifetime
  await startTour(builder, builder.signal);
}

/** @param {any} builder */
async function askForNote(builder) {
  if (builder.saved && !builder.state.isChanged) return toast(t("Nothing has changed since version {version}.", builder.state));
  const dialog = await import("./save_note.js"); // seldom asked for
  dialog.askForNote(builder);
}

/** @param {any} builder */
async function askForSchedule(builder) {
  const dialog = await import("./schedule_dialog.js"); // seldom asked for
  await dialog.openSchedule(builder);
}

/** At the right of what is selected, else at the pointer. @param {any} builder */
function addBeside(builder) {
  const beside = builder.state.flowNodes.find((/** @type {any} */ node) => node.selected);
  if (!beside) return openMenuAt(builder, pointerOrMiddle(builder));
  const at = builder.freeBeside({ x: beside.position.x + beside.width + 80, y: beside.position.y });
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

/** @param {any} builder @param {number} step */
function showProblem(builder, step) {
  const problems = [...builder.state.refused, ...builder.state.problems];
  if (!problems.length) return;
  const { panel } = builder.state;
  const ids = [...new Set(problems.map((problem) => problem.nodeId))];
  const at = panel?.kind === "node" ? ids.indexOf(panel.id) : -1;
  const from = at < 0 && step < 0 ? 0 : at; // backwards from nowhere begins with the last
  builder.reveal(ids[(from + step + ids.length) % ids.length]);
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
