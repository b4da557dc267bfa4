/** The builder: an agent as a canvas of nodes and links. Everything that only it needs is loaded with this module, all of it at once. */

import { getGraph } from "../api.js";
import { loadCatalog } from "../catalog.js";
import { loadStyles } from "../styles.js";

const STYLES = ["vendor/flow.css", "build.css", "build_top.css", "build_node.css", "build_links.css", "build_phone.css"];

/** @type {import("../pages.js").View} */
export async function showBuild(main, place, signal) {
  const { graphId = "" } = place.params;
  const [{ openBuilder }, saved, catalog] = await Promise.all([
    import("../builder/page.js"),
    graphId ? getGraph(graphId) : null,
    loadCatalog(),
    loadStyles(...STYLES),
  ]);
  if (!signal.aborted) await openBuilder(main, graphId, saved, catalog, signal);
}
