/** Runs as pages show them, with long values cut, and each of these values whole. */

import { request, requestFile } from "../api.js";
import { CutValue, withInputCuts, withOutputCuts } from "../cut_value.js";

/** @typedef {import("../types.js").GraphExecution} GraphExecution */
/** @typedef {import("../types.js").NodeExecution} NodeExecution */

const one = (/** @type {string} */ graphId, /** @type {string} */ id) => `/api/graphs/${graphId}/executions/${id}`;

/**
 * @param {string} graphId @param {string} id @param {number} [nodes] how many node executions, the newest
 * @returns {Promise<GraphExecution>} long values are CutValues
 */
export async function getRun(graphId, id, nodes = 1000) {
  const run = await request("GET", `${one(graphId, id)}/preview?node_limit=${nodes}`);
  withInputCuts(run.inputs, run.input_cuts);
  withOutputCuts(run.outputs, run.output_cuts);
  run.node_executions.forEach(withCuts);
  run.open_node_executions.forEach(withCuts);
  return run;
}

/** @param {string} graphId @param {string} id @returns {Promise<GraphExecution>} without its nodes, but with all that it was given */
export async function getRunWithInputs(graphId, id) {
  const run = await getRun(graphId, id, 0);
  return { ...run, inputs: await wholeOf(run.inputs ?? {}) };
}

/** @param {string} graphId @param {string} id @param {number} beforeSeq @param {number} [limit] @returns {Promise<NodeExecution[]>} */
export async function getNodesBefore(graphId, id, beforeSeq, limit = 1000) {
  const query = new URLSearchParams({ before_seq: String(beforeSeq), node_limit: String(limit) });
  const nodes = await request("GET", `${one(graphId, id)}/preview/nodes?${query}`);
  return nodes.map(withCuts);
}

/** @param {any} node as the server says it @returns {NodeExecution} */
function withCuts(node) {
  withInputCuts(node.input_data, node.input_cuts);
  withOutputCuts(node.output_data, node.output_cuts);
  return node;
}

/** @param {string} nodeExecId @returns {number} its number in its run */
export const seqOf = (nodeExecId) => parseInt(nodeExecId.slice(-6), 16);

/** A node execution that shows next to nothing of its values is asked for alone. @param {NodeExecution} execution */
export async function fillBrief(execution) {
  if (!execution.is_brief) return;
  const { graph_id: graphId = "", graph_exec_id: runId = "", node_exec_id: id } = execution;
  const [whole] = await getNodesBefore(graphId, runId, seqOf(id) + 1, 1);
  if (whole) Object.assign(execution, { is_brief: false, n_outputs: undefined }, whole);
}

/** @param {CutValue} cut @returns {Promise<Blob>} the text, the file of a `data:` address, or the JSON */
export const getFile = (cut) => requestFile(cut.address);

/** @param {any} value @returns {Promise<any>} the value itself where it was cut */
export async function whole(value) {
  if (!(value instanceof CutValue)) return value;
  const file = await getFile(value);
  // The file of a data address is no text any more.
  if (value.kind === "text" && file.type === "application/octet-stream") return dataAddress(value, file);
  return value.kind === "text" ? file.text() : JSON.parse(await file.text());
}

/** @param {CutValue} cut @param {Blob} file @returns {Promise<string>} */
export async function dataAddress(cut, file) {
  const kind = cut.head.slice(5, cut.head.indexOf(";"));
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob([file], { type: kind }));
  });
}

/** @param {Record<string, any>} values @returns {Promise<Record<string, any>>} */
async function wholeOf(values) {
  return Object.fromEntries(await Promise.all(Object.entries(values).map(async ([name, value]) => [name, await whole(value)])));
}

/** @param {NodeExecution} execution @returns {boolean} whether all that it gave is on the page */
export function isWhole(execution) {
  const values = Object.values(execution.output_data ?? {}).flat();
  return !execution.is_brief && !execution.n_outputs && !values.some((value) => value instanceof CutValue);
}

/** @param {NodeExecution} execution @returns {string} where all its outputs are */
export const outputsAddress = (execution) =>
  `${one(execution.graph_id ?? "", execution.graph_exec_id ?? "")}/value?node_exec_id=${execution.node_exec_id}`;

/** @param {NodeExecution} execution @returns {Promise<[string, any][]>} all that it gave */
export async function allOutputs(execution) {
  if (!isWhole(execution)) return JSON.parse(await (await requestFile(outputsAddress(execution))).text());
  return Object.entries(execution.output_data ?? {}).flatMap(([pin, values]) =>
    values.map((value) => /** @type {[string, any]} */ ([pin, value])),
  );
}
