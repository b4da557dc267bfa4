/** The time axis of a run: where a moment stands, in percent, and which segments a node's executions draw. Pure. */

import { timeMs } from "./format.js";
import { statusLook } from "./status.js";

/** @typedef {import("./run/node_group.js").NodeGroup} NodeGroup */
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
  /** @type {Segment[]} */
  const bars = [];
  /** @type {string[]} */
  const tones = [];
  const isMany = group.list.length > MOST_SEGMENTS;
  // A hundred thousand executions are drawn ten times a second: no object is made for each of them.
  const draw = (/** @type {number} */ left, /** @type {number} */ right, /** @type {string} */ tone) => {
    if (isMany) paint(tones, left, right, tone);
    else bars.push({ left, width: Math.max(0, right - left), tone });
  };
  for (const execution of group.list) {
    const { startMs: start = NaN, endMs: end = NaN, status, tries } = execution;
    if (Number.isNaN(start)) continue;
    const isOpen = status === "RUNNING" || status === "TERMINATED";
    const right = scale.at(Number.isNaN(end) && isOpen ? nowMs : end || start);
    let left = scale.at(start);
    for (const one of tries ?? []) {
      const failedAt = Math.max(left, scale.at(timeMs(one.failed_at)) || left);
      draw(left, failedAt, "failed");
      left = failedAt;
    }
    draw(left, right, statusLook(status).tone);
  }
  if (!isMany && bars.length > MOST_SEGMENTS) for (const bar of bars) paint(tones, bar.left, bar.left + bar.width, bar.tone);
  return isMany || bars.length > MOST_SEGMENTS ? merge(tones) : bars;
}

/**
 * Thousands of bars become at most 100 coloured buckets; a failure in a bucket wins.
 * @param {string[]} tones by bucket @param {number} left @param {number} right @param {string} tone
 */
function paint(tones, left, right, tone) {
  const last = Math.min(BUCKETS - 1, Math.floor((Math.max(left, right) / 100) * BUCKETS));
  for (let i = Math.min(BUCKETS - 1, Math.floor((left / 100) * BUCKETS)); i <= last; i += 1) {
    if (tones[i] !== "failed" && (tone !== "done" || !tones[i])) tones[i] = tone;
  }
}

/** @param {string[]} tones by bucket @returns {Segment[]} */
function merge(tones) {
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
