/** A run beside those before it: what is usual, and which one came before. */

import { listCards } from "../api/library.js";
import { timeMs } from "../format.js";

/** Of fewer runs nothing is usual. */
const LEAST_RUNS = 3;
/** What takes less is over before anybody has read it. */
const LEAST_SAID_MS = 1000;

/**
 * @param {import("../types.js").GraphExecution} run
 * @returns {Promise<{usualMs: number, before: import("../api/library.js").CardRun|undefined}>} `usualMs` is NaN where nothing is usual
 */
export async function amongOthers(run) {
  // They are an ornament: the run is there without them.
  const [card] = run.number ? await listCards([run.graph_id]).catch(() => []) : [];
  const earlier = (card?.runs ?? []).filter((one) => (one.number ?? Infinity) < Number(run.number));
  const alike = earlier.filter((one) => one.graph_version === run.graph_version && one.status === "COMPLETED");
  const took = alike.map((one) => timeMs(one.ended_at) - timeMs(one.started_at)).sort((a, b) => a - b);
  const usualMs = took[took.length >> 1];
  return { usualMs: took.length >= LEAST_RUNS && usualMs >= LEAST_SAID_MS ? usualMs : NaN, before: earlier[0] };
}
