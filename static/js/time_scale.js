/** The time axis of a run: where a moment stands, in percent, and which segments a node's executions draw. Pure. */

import { timeMs } from "./format.js";
import { statusLook } from "./status.js";

/** @typedef {import("./run_state.js").NodeGroup} NodeGroup */
/** @typedef {{left: number, width: number, tone: string}} Segment in percent of the axis */

const MOST_SEGMENTS = 40;
const BUCKETS = 100;
const NICE = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600];

export class TimeScale {
  /** @param {number} startMs @param {number} lengthMs */
  constructor(startMs, lengthMs) {
    this.startMs = startMs;
    this.lengthMs = Math.max(lengthMs, 0.001);
  }

  /** @param {number} ms @returns {number} percent */
  at(ms) {
    return Math.min(100, Math.max(0, ((ms - this.startMs) / this.lengthMs) * 100));
  }
}

/** While a run goes on its axis grows in steps, so that the bars do not creep. @param {number} elapsedMs @returns {number} */
export function roomFor(elapsedMs) {
  const s = (elapsedMs * 1.1) / 1000;
  const nice = NICE.find((step) => step >= s);
  return (nice ?? Math.ceil(s / 3600) * 3600) * 1000;
}

/** @param {NodeGroup} group @param {TimeScale} scale @param {number} nowMs where open bars end @returns {Segment[]} */
export function segmentsOf(group, scale, nowMs) {
  const bars = [];
  for (const execution of group.list) {
    const { startMs: start = NaN, endMs: end = NaN } = execution;
    if (Number.isNaN(start)) continue;
    const left = scale.at(start);
    const tone = statusLook(execution.status).tone;
    const isOpen = execution.status === "RUNNING" || execution.status === "TERMINATED";
    const right = scale.at(Number.isNaN(end) && isOpen ? nowMs : end || start);
    const failed = failedTries(execution, left, scale);
    const from = failed.length ? failed[failed.length - 1].left + failed[failed.length - 1].width : left;
    bars.push(...failed, { left: from, width: Math.max(0, right - from), tone });
  }
  return bars.length > MOST_SEGMENTS ? merge(bars) : bars;
}

/** @param {import("./types.js").NodeExecution} execution @param {number} left @param {TimeScale} scale @returns {Segment[]} one behind the other */
function failedTries({ tries = [] }, left, scale) {
  let from = left;
  return tries.map((one) => {
    const right = Math.max(from, scale.at(timeMs(one.failed_at)) || from);
    const bar = { left: from, width: right - from, tone: "failed" };
    from = right;
    return bar;
  });
}

/**
 * Thousands of bars become at most 100 coloured buckets; a failure in a bucket wins.
 * @param {Segment[]} bars @returns {Segment[]}
 */
function merge(bars) {
  /** @type {string[]} */
  const tones = [];
  for (const bar of bars) {
    const last = Math.min(BUCKETS - 1, Math.floor(((bar.left + bar.width) / 100) * BUCKETS));
    for (let i = Math.min(BUCKETS - 1, Math.floor((bar.left / 100) * BUCKETS)); i <= last; i += 1) {
      if (tones[i] !== "failed" && (bar.tone !== "done" || !tones[i])) tones[i] = bar.tone;
    }
  }
  /** @type {Segment[]} */
  const merged = [];
  for (let i = 0; i < BUCKETS; i += 1) {
    if (!tones[i]) continue;
    const previous = merged[merged.length - 1];
    const left = (i / BUCKETS) * 100;
    if (previous && previous.tone === tones[i] && previous.left + previous.width >= left - 1e-6) previous.width += 100 / BUCKETS;
    else merged.push({ left, width: 100 / BUCKETS, tone: tones[i] });
  }
  return merged;
}
