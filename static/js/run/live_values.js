/** The values that events bring, as far as a page keeps them. What is kept is always the beginning; the rest is counted and can be loaded. */

import { CutValue } from "../cut_value.js";
import { jsonSize } from "../pretty_json.js";

/** @typedef {import("../types.js").NodeExecution} NodeExecution */
/** @typedef {{n_outputs?: number, is_brief?: boolean}} Holder of outputs: a run or a node execution; `n_outputs` where not all are here */
/** @typedef {Record<string, any[]>} Pins outputs by pin */

/** What events bring beyond is counted and can be loaded, but not kept: a run may go on for days in an open page. */
const MOST_CHARS = 30_000_000;

export class LiveValues {
  constructor() {
    this.leftChars = MOST_CHARS;
  }

  /** @param {NodeExecution} execution @param {Record<string, any>} inputs */
  takeInputs(execution, inputs) {
    const isNew = !Object.keys(execution.input_data).length;
    execution.is_brief ||= isNew && this.leftChars <= 0;
    if (execution.is_brief) return;
    if (isNew) for (const value of Object.values(inputs)) this.leftChars -= charsOf(value);
    execution.input_data = inputs;
  }

  /**
   * Adds the outputs that are not here yet.
   * @param {Holder} holder @param {Pins} pins its outputs @param {import("../live.js").Delta} delta
   * @returns {boolean} false where earlier ones are missing
   */
  addOutputs(holder, pins, { outputs = [], outputs_from: from = 0 }) {
    const here = countValues(pins);
    const known = holder.n_outputs ?? here;
    if (from > known && !holder.is_brief) return false;
    let isAll = known === here && from <= known;
    for (const [pin, value] of outputs.slice(Math.max(0, known - from))) {
      isAll &&= this.leftChars > 0;
      if (isAll) this.#addValue(pins, pin, value);
    }
    const total = Math.max(known, from + outputs.length);
    holder.n_outputs = isAll ? undefined : total;
    return true;
  }

  /** @param {Pins} pins @param {string} pin @param {any} value */
  #addValue(pins, pin, value) {
    this.leftChars -= charsOf(value);
    // Not pins[pin] ??= []: a pin may be called __proto__.
    if (!Object.hasOwn(pins, pin)) Object.defineProperty(pins, pin, { value: [], enumerable: true, writable: true });
    pins[pin].push(value);
  }
}

/** @param {Pins} pins @returns {number} */
export function countValues(pins) {
  let count = 0;
  for (const name in pins) count += pins[name].length;
  return count;
}

/**
 * Takes a row of the REST API over one that is here: the row has all, but may show less of it.
 * @param {NodeExecution} known @param {NodeExecution} row
 */
export function mergeRow(known, row) {
  const { input_data, output_data } = known;
  const here = countValues(output_data);
  const total = row.n_outputs ?? countValues(row.output_data);
  const keepsInputs = row.is_brief && !known.is_brief && Object.keys(input_data).length > 0;
  Object.assign(known, { is_brief: undefined, n_outputs: undefined }, row);
  if (keepsInputs) known.input_data = input_data;
  if (here > countValues(row.output_data)) Object.assign(known, { output_data, n_outputs: here < total ? total : undefined });
  if (keepsInputs && here >= total) known.is_brief = undefined;
}

/** @param {any} value @returns {number} what it roughly takes */
function charsOf(value) {
  if (value instanceof CutValue) return value.head.length + 200;
  return 20 + (typeof value === "object" ? jsonSize(value, 100_000) : String(value).length);
}
