/** Starts a run of the saved version and has it laid over the canvas. */

import { startGraph } from "../start_run.js";
import { savedPins } from "./pin_output.js";

/**
 * @param {import("./run_control.js").RunControl} control @param {Record<string, any>} inputs @param {Record<string, any>} credentials
 * @param {boolean} withPins pinned nodes are not called
 */
export async function startRun(control, inputs, credentials, withPins) {
  const { saved: graph, localIds } = control.builder;
  if (!graph) return;
  const pins = withPins ? savedPins(control.builder) : {};
  const runId = await startGraph(graph, inputs, credentials, pins);
  if (!runId) return;
  const replayed = new Set(Object.keys(pins).map((id) => localIds.get(id) ?? id));
  await control.follow(graph, runId, localIds, { replayed });
}
