/** In the middle of the top bar: the agent's pages, with how many runs and schedules it has. */

import { request } from "../api.js";
import { listSchedules } from "../api/schedules.js";
import { html, useEffect, useState } from "../../vendor/react.js";
import { number } from "../format.js";
import { t } from "../messages.js";
import { paths } from "../router.js";
import { useBuilder, useView } from "./hooks.js";

/** @param {string} graphId @returns {Promise<{runs: number, schedules: number}>} */
async function countOf(graphId) {
  const [page, schedules] = await Promise.all([
    request("GET", `/api/graphs/${graphId}/executions?page=1&page_size=1`),
    listSchedules(),
  ]);
  return { runs: page.pagination.total_items, schedules: schedules.filter((one) => one.graph_id === graphId).length };
}

export function TopTabs() {
  const { saved } = useBuilder();
  const version = useView((view) => view.version);
  const [counts, setCounts] = useState({ runs: 0, schedules: 0 });
  useEffect(() => {
    if (!saved) return;
    const gone = new AbortController();
    // Without the figures the ways are the same.
    const count = () =>
      countOf(saved.id).then(
        (found) => gone.signal.aborted || setCounts(found),
        () => {},
      );
    void count();
    for (const event of ["runs-changed", "schedules-changed"]) addEventListener(event, count, { signal: gone.signal });
    return () => gone.abort();
  }, [version > 0]);
  if (!saved) return null;
  const link = (/** @type {string} */ href, /** @type {string} */ label, /** @type {number} */ n) =>
    html`<a href=${href}>${label} ${n > 0 && html`<span className="top-count">${number(n)}</span>`}</a>`;
  return html`<nav className="top-tabs build-wide" aria-label=${t("Pages of this agent")}>
    <a href=${paths.build(saved.id)} aria-current="page">${t("Build")}</a>
    ${link(paths.agentTab(saved.id, "runs"), t("Runs"), counts.runs)}
    ${link(paths.agentTab(saved.id, "schedules"), t("Schedules"), counts.schedules)}
  </nav>`;
}
