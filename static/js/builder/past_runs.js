/** Runs of before: what a node did in them, and one of them laid over the canvas, in whatever version it ran. */

import { getGraph } from "../api.js";
import { listNodeRuns, pairVersions } from "../api/node_runs.js";
import { getRun } from "../api/values.js";
import { useEffect, useState } from "../../vendor/react.js";
import { timeMs } from "../format.js";
import { hasEnded } from "../status.js";
import { useBuilder, useView } from "./hooks.js";

/** @typedef {import("./builder.js").Builder & {control: import("./run_control.js").RunControl}} Builder */
/** @typedef {import("../api/node_runs.js").NodeRun} NodeRun */
/** @typedef {import("../types.js").NodeExecution} NodeExecution */

/** @param {Builder} builder @param {string} nodeId @returns {string|undefined} the node's id in the saved version */
function savedId({ localIds }, nodeId) {
  for (const [saved, local] of localIds) if (local === nodeId) return saved;
  return undefined;
}

/** What a node did in the newest runs of the agent. @param {string} nodeId @returns {NodeRun[]|null} null until they are known */
export function useNodeRuns(nodeId) {
  const builder = useBuilder();
  const version = useView((view) => view.version);
  const ended = useView((view) => (view.run && hasEnded(view.run.run.status) ? view.run.id : ""));
  const [runs, setRuns] = useState(/** @type {NodeRun[]|null} */ (null));
  useEffect(() => {
    let isOld = false;
    const id = savedId(builder, nodeId);
    const found = builder.saved && id ? listNodeRuns(builder.saved.id, builder.saved.version, id) : Promise.resolve([]);
    // Without its past a node can be worked on all the same.
    found.then(
      (all) => isOld || setRuns(all),
      () => isOld || setRuns([]),
    );
    return () => void (isOld = true);
  }, [nodeId, version, ended]);
  return runs;
}

/** Lays a run of before over the canvas. @param {Builder} builder @param {NodeRun} past */
export async function layOver(builder, past) {
  const { saved, localIds } = builder;
  if (!saved) return;
  const isSame = past.graph_version === saved.version;
  const [graph, pairs] = await Promise.all([
    isSame ? saved : getGraph(saved.id, past.graph_version),
    isSame ? null : pairVersions(saved.id, past.graph_version, saved.version),
  ]);
  const local = pairs && new Map(Object.entries(pairs).map(([then, now]) => [then, localIds.get(now) ?? now]));
  await builder.control.follow(graph, past.graph_exec_id, local ?? localIds);
  await builder.control.overlay?.reload();
}

/** @param {Builder} builder @param {NodeRun} past @returns {Promise<NodeExecution[]>} what the node did in it, in order */
export async function executionsOf({ saved }, past) {
  const run = await getRun(saved?.id ?? "", past.graph_exec_id);
  const own = (run.node_executions ?? []).filter((one) => one.node_id === past.node_id);
  return own.map((one) => ({ ...one, startMs: timeMs(one.start_time), endMs: timeMs(one.end_time) }));
}
