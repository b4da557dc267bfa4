/** Which input of an agent takes what a person writes to it. */

/** @typedef {import("../types.js").Graph} Graph */

const FORMATS = [undefined, "long-text", "short-text"];

/** @param {Graph} graph @returns {string|null} the name of the first text input, where nothing else has to be given */
export function textInput(graph) {
  const { properties = {}, required = [] } = graph.input_schema ?? {};
  const name = Object.keys(properties).find((one) => isText(properties[one]));
  const others = required.filter((one) => one !== name && properties[one]?.default === undefined);
  return name && !others.length ? name : null;
}

/** @param {import("../types.js").Schema} schema */
function isText(schema) {
  const kinds = [schema, ...(schema.anyOf ?? [])];
  return kinds.some((one) => one.type === "string" && !one.enum && FORMATS.includes(one.format) && !schema.secret);
}
