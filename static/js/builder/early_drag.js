/** Drags of nodes, also those that begin before their code is there (later.js): of the steps of such a drag the last one counts. */

import { applyNodeChanges } from "../../vendor/flow.js";
import { toastError } from "../toast.js";
import { dragNodes } from "./parts.js";

/** @typedef {import("./builder.js").Builder & {actions: import("./actions.js").Actions}} Builder */

/** @type {{builder: Builder, moved: any[]}[]} what came before the code: the last step of each drag */
let early = [];

/** @param {Builder} builder @param {any[]} moved @param {any[]} selected changes, as React Flow gives them */
export function dragSoon(builder, moved, selected) {
  if (dragNodes.now) return dragNodes.now.takeStep(builder, moved, selected);
  if (selected.length) builder.set({ flowNodes: applyNodeChanges(selected, builder.state.flowNodes) });
  const isFirst = early.length === 0;
  if (early.at(-1)?.moved.some((change) => change.dragging)) early.pop();
  early.push({ builder, moved });
  if (isFirst) builder.actions.waitFor(dragNodes().then(({ takeStep }) => takeEarly(takeStep), fail));
}

/** @param {typeof import("./drag_nodes.js").takeStep} takeStep */
function takeEarly(takeStep) {
  for (const { builder, moved } of early) takeStep(builder, moved, []);
  early = [];
}

/** @param {unknown} error */
function fail(error) {
  early = [];
  toastError(error);
}
