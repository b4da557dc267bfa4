/** The page's side of value_worker.js. */

import { sessionHeaders } from "../session.js";
import { t } from "../messages.js";

/** @typedef {import("../cut_value.js").CutValue} CutValue */

/** @param {CutValue} cut @returns {Promise<Blob>} the list of dictionaries as CSV */
export function readCsv(cut) {
  return new Promise((resolve, reject) => {
    const worker = start("csv", cut, ({ file, problem, isTooWide }) => {
      worker.terminate();
      if (file) resolve(file);
      else reject(new Error(isTooWide ? tooWide() : problem));
    });
  });
}

/** What to say where table_csv.js gives up. */
export const tooWide = () => t("There are too many columns for a spreadsheet: download it as JSON.");

/**
 * @param {CutValue} cut @param {(from: number, lines: string[]) => void} onLines
 * @returns {Promise<{count: number, show: (from: number, to: number) => void, close: () => void}>}
 */
export function readLines(cut, onLines) {
  return new Promise((resolve, reject) => {
    const worker = start("lines", cut, ({ count, from, lines, problem }) => {
      if (lines) return onLines(from, lines);
      if (problem === undefined) return resolve({ count, show, close: () => worker.terminate() });
      worker.terminate();
      reject(new Error(problem));
    });
    const show = (/** @type {number} */ from, /** @type {number} */ to) => worker.postMessage({ job: "show", from, to });
  });
}

/** @param {"lines"|"csv"} job @param {CutValue} cut @param {(answer: any) => void} onAnswer */
function start(job, cut, onAnswer) {
  const worker = new Worker(new URL("./value_worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => onAnswer(data);
  worker.onerror = () => onAnswer({ problem: t("The browser could not read it.") });
  worker.postMessage({ job, address: cut.address, headers: sessionHeaders(), isJson: cut.kind !== "text" });
  return worker;
}
