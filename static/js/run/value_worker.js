/** Beside the page: reads whole values, which may have a million lines, and gives what the page shows of them. */

import { tableCsv } from "./table_csv.js";

/** @typedef {{job: "lines"|"csv", address: string, headers: Record<string, string>, isJson: boolean}|{job: "show", from: number, to: number}} Task */

const MOST_LINE_CHARS = 2000;

/** @type {string[]} */
let lines = [];

onmessage = async (/** @type {MessageEvent<Task>} */ { data: task }) => {
  try {
    if (task.job === "show") return postMessage({ from: task.from, lines: lines.slice(task.from, task.to).map(cutLine) });
    const answer = await fetch(task.address, { headers: task.headers });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message ?? String(answer.status));
    const text = await answer.text();
    if (task.job === "csv") postMessage({ file: new Blob(tableCsv(JSON.parse(text))) });
    else {
      lines = (task.isJson ? JSON.stringify(JSON.parse(text), null, 2) : text).split("\n");
      postMessage({ count: lines.length });
    }
  } catch (error) {
    postMessage({ problem: error instanceof Error ? error.message : String(error), isTooWide: error instanceof RangeError });
  }
};

/** @param {string} line */
function cutLine(line) {
  return line.length > MOST_LINE_CHARS ? `${line.slice(0, MOST_LINE_CHARS)}…` : line;
}
