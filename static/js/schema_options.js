/** What a schema lets a value be. Pure. */

/** @typedef {import("./types.js").Schema} Schema */

/** @param {Schema} schema @returns {Schema} without the "or null" that optional fields carry */
export function withoutNull(schema) {
  const options = optionsOf(schema);
  return options.length === 1 ? { ...options[0], ...schema, anyOf: undefined, oneOf: undefined } : schema;
}

/** @param {Schema} schema @returns {Schema[]} what it may be, each a schema; none where it is only itself */
export function optionsOf(schema) {
  return (schema.anyOf ?? schema.oneOf ?? []).filter((/** @type {Schema} */ one) => one.type !== "null");
}
