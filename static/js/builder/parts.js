/** The builder's parts that come later (later.js), in the order in which they are likely to be wanted. */

import { loadSharedStyles, loadStyles } from "../styles.js";
import { later } from "./later.js";

/** What stands over and beside the canvas. In this order, whoever asks first: later rules win. */
const menuStyles = () => Promise.all([loadSharedStyles(), loadStyles("build_panel.css", "build_menus.css")]);

/** @template T @param {Promise<T>} module @param {Promise<any>} styles @returns {Promise<T>} */
const withStyles = async (module, styles) => (await Promise.all([module, styles]))[0];

export const problems = later(() => import("./problems.js"));
export const problemList = later(() => withStyles(import("./problem_list.js"), loadStyles("build_problems.css")));
export const runPrice = later(() => import("./run_price.js"));
export const panel = later(() => {
  const styles = [menuStyles(), loadStyles("fields.css", "build_versions.css", "build_outputs.css")];
  return withStyles(import("./panel.js"), Promise.all(styles));
});
export const blockMenu = later(() => withStyles(import("./block_menu.js"), menuStyles()));
export const palette = later(() => withStyles(import("./palette.js"), menuStyles()));
export const addBlock = later(() => import("./add_block.js"));
export const removeNodes = later(() => import("./remove_nodes.js"));
export const pasteNodes = later(() => import("./paste_nodes.js"));
export const arrowKeys = later(() => import("./arrow_keys.js"));
export const dragNodes = later(() => import("./drag_nodes.js"));
export const dragMarks = later(() => withStyles(import("./drag_marks.js"), loadStyles("build_linking.css")));
export const linkEnds = later(() => import("./link_ends.js"));
export const linkHint = later(() => withStyles(import("./link_hint.js"), loadStyles("build_linking.css")));
export const linkByKeys = later(() => import("./link_by_keys.js"));
export const save = later(() => import("./save.js"));
export const runStart = later(() => import("./run_start.js"));
export const nodeRun = later(() => withStyles(import("./node_run.js"), loadStyles("build_node_run.css")));
export const runFacts = later(() => import("./run_facts.js"));
export const runOverlay = later(async () => (await Promise.all([import("./run_overlay.js"), nodeRun(), runFacts()]))[0]);
export const partialRuns = later(() => import("./partial_runs.js"));
export const contextMenu = later(() => import("./context_menu.js"));
export const undoKeeper = later(() => import("./undo_keeper.js"));
export const arrange = later(() => import("./arrange.js"));
export const tidy = later(() => import("./tidy.js"));
export const pinOutput = later(() => import("./pin_output.js"));
export const switchOff = later(() => import("./switch_off.js"));
export const versionNews = later(() => import("./version_news.js"));
export const newerStrip = later(() => import("./newer_strip.js"));

const SELDOM = { isSeldom: true };
export const keysDialog = later(() => withStyles(import("./keys_dialog.js"), menuStyles()), SELDOM);
export const saveNote = later(() => withStyles(import("./save_note.js"), menuStyles()), SELDOM);
export const scheduleDialog = later(() => withStyles(import("./schedule_dialog.js"), menuStyles()), SELDOM);
