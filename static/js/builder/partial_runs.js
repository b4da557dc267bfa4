/** Runs of a part of the agent: from a node on, or one node alone. What lies before it gives what it gave in the last run. */

import { ApiError, listGraphExecutions } from "../api.js";
import { dryRerun } from "../api/reruns.js";
import { getRunWithInputs } from "../api/values.js";
import { isNote, isOff } from "../names.js";
import { startAgainFrom, startGraph } from "../start_run.js";
import { hasEnded } from "../status.js";
import { toast, toastError } from "../toast.js";
import { recordedOutputs } from "./pin_output.js";
import { pinnedOutput } from "./pinned_outputs.js";
import { givenCounts } from "./given_outputs.js";
import { priceDraft } from "./run_price.js";
import { saveVersion } from "./save.js";
import { sumOf } from "../price_words.js";
import { pinsOf } from "./pins.js";
import { t } from "../messages.js";

/** @typedef {import("./builder.js").Builder & {control: import("./run_control.js").RunControl}} Builder */
/** @typedef {import("./pinned_outputs.js").Recorded} Recorded */
/** @typedef {import("./run_price.js").Counts} Counts */
/** @typedef {import("../types.js").GraphExecution & {credential_inputs?: Record<string, any>|null}} Run */

/** @param {Builder} builder @param {string} nodeId @param {"sink"|"source"} side @returns {Set<string>} the node and all that it leads to ("sink") or comes from */
function reach({ doc }, nodeId, side) {
  const other = side === "sink" ? "source" : "sink";
  /** @type {Map<string, string[]>} */
  const next = new Map();
  for (const link of doc.now.links) {
    const from = link[/** @type {"source_id"} */ (`${other}_id`)];
    next.set(from, [...(next.get(from) ?? []), link[/** @type {"source_id"} */ (`${side}_id`)]]);
  }
  const found = new Set([nodeId]);
  for (const id of found) for (const one of next.get(id) ?? []) found.add(one);
  return found;
}

/** @param {Builder} builder @returns {Run|null} the run over the canvas, once it has ended */
function endedRun({ control }) {
  const run = control.overlay?.state.run ?? null;
  return run && hasEnded(run.status) ? run : null;
}

/** The run over the canvas, or else the last one of this version, which is laid over it. @param {Builder} builder @returns {Promise<Run|null>} */
async function findRun(builder) {
  const shown = endedRun(builder);
  if (shown || !builder.saved) return shown;
  const { id, version } = builder.saved;
  const runs = await listGraphExecutions(id);
  const last = runs.find((run) => run.graph_version === version && hasEnded(run.status));
  if (last) await builder.control.layOver(builder.saved, last, builder.localIds);
  return endedRun(builder);
}

/** @param {Builder} builder @param {Run} run @returns {boolean} whether the draft is the version that the run ran in */
function isSameVersion({ saved, state }, run) {
  return !state.isChanged && saved?.version === run.graph_version;
}

/** @param {Builder} builder @param {string} nodeId @returns {string} the node's id in the run over the canvas */
function idInRun({ control }, nodeId) {
  for (const [id, local] of control.overlay?.localIds ?? []) if (local === nodeId) return id;
  return nodeId;
}

/**
 * What running from a node on will cost: what it cost in the past run where that can be repeated, else by the price lists.
 * @param {Builder} builder @param {string} nodeId @returns {Promise<import("../price_words.js").Sum>}
 */
export async function priceFrom(builder, nodeId) {
  const run = endedRun(builder);
  if (run && isSameVersion(builder, run) && builder.control.groupOf(nodeId)) {
    const { cost_credits: about, at_most: bound } = await dryRerun(run.graph_id, run.id, idInRun(builder, nodeId));
    return { about, isByUse: false, bound };
  }
  const again = reach(builder, nodeId, "sink");
  return sumOf(
    await priceDraft(
      builder,
      givenBy(builder, (id) => (again.has(id) ? null : (givenCounts(builder, id) ?? []))),
    ),
  );
}

/** What running one node alone will cost. @param {Builder} builder @param {string} nodeId @returns {Promise<import("../price_words.js").Sum>} */
export async function priceAlone(builder, nodeId) {
  const before = reach(builder, nodeId, "source");
  const only = (/** @type {string} */ id) => {
    if (id === nodeId) return null;
    return before.has(id) ? (givenCounts(builder, id) ?? once(builder, id)) : [];
  };
  return sumOf(await priceDraft(builder, givenBy(builder, only)));
}

/** @param {Builder} builder @param {string} id @returns {Counts} of a node that has given nothing yet: one value on each pin */
function once(builder, id) {
  const node = builder.doc.node(id);
  const pins = node ? pinsOf(node, builder.blockOf(id)).outputs : [];
  return [Object.fromEntries(pins.map((pin) => [pin.name, 1]))];
}

/** @param {Builder} builder @param {(id: string) => Counts|null} countsOf null: it runs @returns {Map<string, Counts>} */
function givenBy({ doc }, countsOf) {
  const found = doc.now.nodes.map((node) => /** @type {const} */ ([node.id, countsOf(node.id)]));
  return /** @type {any} */ (new Map(found.filter((one) => one[1] !== null)));
}

/** @param {Builder} builder @returns {boolean} */
function isBusy(builder) {
  if (!builder.control.isRunning) return false;
  toast(t("The run goes on: wait for its end, or stop it first."), { isError: true });
  return true;
}

/** @param {Builder} builder @param {import("../types.js").GraphNode} node @returns {boolean} */
function isOffHere(builder, node) {
  if (isOff(node))
    toast(t("{node} is switched off. Press X to switch it on.", { node: builder.titleOf(node.id) }), { isError: true });
  return isOff(node);
}

/** Runs a node and everything that it leads to. @param {Builder} builder @param {string|undefined} nodeId */
export function runFrom(builder, nodeId) {
  return builder.control.startOnce(() => startFrom(builder, nodeId));
}

/** @param {Builder} builder @param {string|undefined} nodeId */
async function startFrom(builder, nodeId) {
  const node = builder.doc.node(nodeId ?? "");
  if (!node || isNote(builder.catalog.get(node.block_id)) || isOffHere(builder, node) || isBusy(builder)) return;
  const run = await findRun(builder);
  if (!run) return toast(t("Run it once as a whole: what lies before this node is taken from that run."), { isError: true });
  const again = reach(builder, node.id, "sink");
  const { saved, control } = builder;
  if (saved && isSameVersion(builder, run) && control.groupOf(node.id)) {
    const answer = await startAgainFrom(run.graph_id, run.id, idInRun(builder, node.id));
    if (!answer) return;
    const replayed = new Set(answer.recorded_nodes.map((id) => builder.localIds.get(id) ?? id));
    return control.follow(saved, answer.graph_exec_id ?? "", builder.localIds, { replayed });
  }
  const before = builder.doc.now.nodes.filter((one) => !again.has(one.id));
  const outputs = await Promise.all(before.map(async (one) => /** @type {const} */ ([one.id, await given(builder, one.id)])));
  await startWith(builder, run, new Map(outputs));
}

/** Runs one node with what it gets from those before it; what comes after it does not run. @param {Builder} builder @param {string|undefined} nodeId */
export function runAlone(builder, nodeId) {
  return builder.control.startOnce(() => startAlone(builder, nodeId));
}

/** @param {Builder} builder @param {string|undefined} nodeId */
async function startAlone(builder, nodeId) {
  const node = builder.doc.node(nodeId ?? "");
  if (!node || isNote(builder.catalog.get(node.block_id)) || isOffHere(builder, node) || isBusy(builder)) return;
  const run = await findRun(builder);
  const before = reach(builder, node.id, "source");
  const { catalog, doc } = builder;
  /** @type {Map<string, Recorded|null>} */
  const outputs = new Map();
  for (const one of doc.now.nodes) {
    if (one.id === node.id || isOff(one)) continue;
    const isInput = catalog.get(one.block_id)?.uiType === "Input";
    const known = before.has(one.id) ? await given(builder, one.id) : [];
    if (!known && !isInput)
      return toast(t("{node} has given nothing yet: run it first, or pin an output to it.", { node: builder.titleOf(one.id) }), {
        isError: true,
      });
    outputs.set(one.id, known);
  }
  await startWith(builder, run, outputs, new Set([node.id]));
}

/** @param {Builder} builder @param {string} nodeId @returns {Promise<Recorded|null>} what it gave in the run over the canvas, or what is pinned to it */
async function given(builder, nodeId) {
  return (await recordedOutputs(builder, nodeId)) ?? pinnedOutput(builder.doc.node(nodeId))?.outputs ?? null;
}

/**
 * Starts the saved draft with outputs for nodes that must not run (null: it runs), and with the inputs of a past run.
 * @param {Builder} builder @param {Run|null} run @param {Map<string, Recorded|null>} outputs by node of the draft
 * @param {Set<string>|null} [only] the nodes that show, where others only stand still
 */
async function startWith(builder, run, outputs, only = null) {
  if (!(await saveVersion(builder)) || !builder.saved) return;
  /** @type {Record<string, Recorded>} */
  const pins = {};
  const replayed = new Set();
  for (const [savedId, id] of builder.localIds) {
    const known = outputs.get(id);
    if (!known || isNote(builder.blockOf(id))) continue;
    pins[savedId] = known;
    replayed.add(id);
  }
  const inputs = (run ? (await getRunWithInputs(run.graph_id, run.id)).inputs : builder.lastInputs) ?? {};
  try {
    const id = await startGraph(builder.saved, inputs, run?.credential_inputs ?? {}, pins);
    if (id) await builder.control.follow(builder.saved, id, builder.localIds, { replayed, only });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toastError(error, t("It was not started"));
  }
}
