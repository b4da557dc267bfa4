/** The addresses of the pages. The server answers each of them with index.html. */

import { PAGES } from "./pages.js";

/** @typedef {{name: string, params: Record<string, string>, query: URLSearchParams}} Place */

export const paths = {
  library: () => "/",
  welcome: () => "/welcome",
  runs: () => "/runs",
  blocks: () => "/library/blocks",
  /** @param {string} [graphId] none: a new agent */
  build: (graphId) => (graphId ? `/build/${encodeURIComponent(graphId)}` : "/build"),
  /** @param {string} graphId */
  agent: (graphId) => `/library/agents/${encodeURIComponent(graphId)}`,
  /** @param {string} graphId @param {string} tab of its page */
  agentTab: (graphId, tab) => `/library/agents/${encodeURIComponent(graphId)}?tab=${tab}`,
  /** @param {string} graphId @param {string} presetId the preset whose inputs the form starts with */
  agentWithPreset: (graphId, presetId) => `/library/agents/${encodeURIComponent(graphId)}?preset=${encodeURIComponent(presetId)}`,
  /** @param {string} graphId @param {string} runId the run whose inputs the form starts with */
  agentLikeRun: (graphId, runId) => `/library/agents/${encodeURIComponent(graphId)}?like=${encodeURIComponent(runId)}`,
  /** @param {{id: string, graph_id: string}} a @param {{id: string, graph_id: string}} b two runs */
  compare: (a, b) => `/runs/compare?${new URLSearchParams({ a: `${a.graph_id}/${a.id}`, b: `${b.graph_id}/${b.id}` })}`,
  costs: () => "/costs",
  /** @param {string|null} graphId whose budget is to be changed; null: that of all agents */
  budget: (graphId) => `/costs?budget=${encodeURIComponent(graphId ?? "all")}`,
  /** @param {string} graphId @param {string} runId */
  run: (graphId, runId) => `/runs/${encodeURIComponent(graphId)}/${encodeURIComponent(runId)}`,
};

/** @param {{pathname: string, search: string}} address @returns {Place} */
export function parsePlace({ pathname, search }) {
  const query = new URLSearchParams(search);
  for (const { name, pattern, keys } of PAGES) {
    const match = pattern.exec(pathname);
    if (!match) continue;
    const found = keys.map((key, i) => [key, match[i + 1]]).filter(([, value]) => value !== undefined);
    return { name, params: Object.fromEntries(found.map(([key, value]) => [key, decodeURIComponent(value)])), query };
  }
  return { name: "missing", params: {}, query };
}

/** @type {() => void} */
let onMove = () => {};

/**
 * Calls `listener` at every change of the address, and follows links without loading the page anew.
 * @param {() => void} listener
 */
export function startRouter(listener) {
  onMove = listener;
  addEventListener("popstate", listener);
  document.addEventListener("click", (event) => {
    const anchor = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(anchor instanceof HTMLAnchorElement) || !isOurs(anchor, event)) return;
    event.preventDefault();
    go(anchor.pathname + anchor.search);
  });
}

/** @param {string} path of `paths` */
export function go(path) {
  history.pushState(null, "", path);
  onMove();
}

/** @param {string} path of `paths`, which takes the place of this one in the history */
export function replace(path) {
  history.replaceState(null, "", path);
  onMove();
}

/** @param {HTMLAnchorElement} anchor @param {MouseEvent} event */
function isOurs(anchor, event) {
  const wantsTab = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  return (
    !wantsTab && !event.defaultPrevented && anchor.origin === location.origin && !anchor.hasAttribute("download") && !anchor.hash
  );
}
