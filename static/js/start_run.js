/**
 * The one door by which pages start runs. Where an agent in one came from a file and nobody has allowed it, it is asked for here, so
 * that no button passes by the question; a test fails where another module imports what starts a run.
 */

import { ApiError, executeGraph } from "./api.js";
import { runPreset } from "./api/presets.js";
import { rerunFrom, rerunWhole } from "./api/reruns.js";
import { resumeExecution } from "./api/runs.js";

/** @typedef {import("./api/reruns.js").Rerun} Rerun */

/** @type {(...given: Parameters<typeof executeGraph>) => Promise<string|null>} the run's id */
export const startGraph = (...given) => start(() => executeGraph(...given));

/** @param {string} id @returns {Promise<string|null>} the run's id */
export const startPreset = (id) => start(() => runPreset(id));

/** @type {(...given: Parameters<typeof rerunFrom>) => Promise<Rerun|null>} */
export const startAgainFrom = (...given) => start(() => rerunFrom(...given));

/** @type {(...given: Parameters<typeof rerunWhole>) => Promise<Rerun|null>} */
export const startAgain = (...given) => start(() => rerunWhole(...given));

/** @type {(...given: Parameters<typeof resumeExecution>) => Promise<import("./types.js").GraphExecution|null>} */
export const goOn = (...given) => start(() => resumeExecution(...given));

/**
 * Starts something; where an agent in it waits for an approval, that is asked for, and then it is tried once more.
 * @template T @param {() => Promise<T>} work @returns {Promise<T|null>} null where it was not allowed
 */
async function start(work) {
  for (;;) {
    try {
      const begun = await work();
      dispatchEvent(new Event("runs-changed"));
      return begun;
    } catch (error) {
      if (!(error instanceof ApiError && error.detail?.type === "not_approved")) throw error;
      const { askApproval } = await import("./import_report.js"); // seldom: once an agent
      if (!(await askApproval(error.detail.report))) return null;
    }
  }
}
