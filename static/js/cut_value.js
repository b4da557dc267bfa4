/** Long values travel to the page as their beginning; what stands in their place knows where the whole is. */

/** @typedef {"text"|"list"|"dictionary"|"plain"} Kind */
/** @typedef {{pin: string, index?: number|null, kind: Kind, size_bytes: number, address: string}} Cut as the server says it */

export class CutValue {
  /** @param {{kind: Kind, size_bytes: number, address: string}} cut @param {string} head the beginning: of a text, or of the JSON */
  constructor({ kind, size_bytes: sizeBytes, address }, head) {
    this.kind = kind;
    this.sizeBytes = sizeBytes;
    this.address = address;
    this.head = head;
  }

  /** Wherever it is written among other values. @returns {string} */
  toJSON() {
    return `${this.head}…`;
  }

  /** @returns {any[]} the items of a list that are whole in its beginning */
  get items() {
    if (this.kind !== "list") return [];
    const end = lastItemEnd(this.head);
    try {
      return end > 0 ? JSON.parse(`${this.head.slice(0, end)}]`) : [];
    } catch {
      return [];
    }
  }
}

/** @param {string} json of a list, broken off @returns {number} where its last whole item ends, 0 for none */
function lastItemEnd(json) {
  let depth = 0;
  let end = 0;
  let inText = false;
  for (let i = 0; i < json.length; i += 1) {
    const sign = json[i];
    if (inText) {
      if (sign === "\\") i += 1;
      else if (sign === '"') inText = false;
    } else if (sign === '"') inText = true;
    else if (sign === "[" || sign === "{") depth += 1;
    else if (sign === "]" || sign === "}") depth -= 1;
    else if (sign === "," && depth === 1) end = i;
  }
  return end;
}

/** @param {Record<string, any>} inputs @param {Cut[]} [cuts] @returns {Record<string, any>} the same, with what is cut in its place */
export function withInputCuts(inputs, cuts = []) {
  for (const cut of cuts) inputs[cut.pin] = new CutValue(cut, inputs[cut.pin]);
  return inputs;
}

/** @param {Record<string, any[]>} outputs by pin @param {Cut[]} [cuts] @returns {Record<string, any[]>} */
export function withOutputCuts(outputs, cuts = []) {
  for (const cut of cuts) outputs[cut.pin][cut.index ?? 0] = new CutValue(cut, outputs[cut.pin][cut.index ?? 0]);
  return outputs;
}

/** @param {import("./live.js").Delta} delta whose outputs are [pin, value] and count over all pins */
export function placeDeltaCuts(delta) {
  if (delta.input_cuts) withInputCuts(delta.input_data, delta.input_cuts);
  for (const cut of delta.output_cuts ?? []) {
    const pair = delta.outputs[cut.index - delta.outputs_from];
    pair[1] = new CutValue(cut, pair[1]);
  }
}
