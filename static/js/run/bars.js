/** The bars of one line of the timeline. */

import { h } from "../dom.js";

/** @param {HTMLElement} track @param {import("../time_scale.js").Segment[]} segments */
export function drawSegments(track, segments) {
  while (track.children.length > segments.length) track.lastElementChild?.remove();
  while (track.children.length < segments.length) track.append(h("i"));
  segments.forEach((segment, i) => {
    const bar = /** @type {HTMLElement} */ (track.children[i]);
    bar.className = `bar-${segment.tone}`;
    bar.style.left = `min(${segment.left}%, 100% - 4px)`;
    bar.style.width = `${segment.width}%`;
  });
}
