/** The way down into agents that are nodes of others, and back up: kept for this tab. */

import { go, paths } from "../router.js";

/** @typedef {{id: string, name: string}} Crumb */

const KEY = "builder-crumbs";

/** @returns {{child: string, way: Crumb[]}} */
function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return Array.isArray(kept?.way) ? kept : { child: "", way: [] };
  } catch {
    return { child: "", way: [] };
  }
}

/** @param {string} graphId the agent on the canvas @returns {Crumb[]} the agents that led to it, the outermost first */
export function crumbsOf(graphId) {
  const { child, way } = read();
  if (child === graphId) return way;
  const at = way.findIndex((one) => one.id === graphId);
  return at < 0 ? [] : way.slice(0, at);
}

/** Opens the agent of a node in this place. @param {import("./builder.js").Builder} builder @param {string} graphId */
export function goInto({ saved, doc }, graphId) {
  if (saved) {
    const way = [...crumbsOf(saved.id), { id: saved.id, name: doc.now.name }];
    sessionStorage.setItem(KEY, JSON.stringify({ child: graphId, way }));
  }
  go(paths.build(graphId));
}
