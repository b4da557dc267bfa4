/** Which keys an agent needs that nobody has stored. */

/** @typedef {import("../api/library.js").LibraryAgent} LibraryAgent */
/** @typedef {import("../api/credentials.js").Credentials} Credentials */

/**
 * @param {LibraryAgent} agent @param {Credentials[]} stored
 * @returns {string[]} the providers, one for each group of pins without a fitting key
 */
export function missingKeys(agent, stored) {
  const schema = agent.credentials_input_schema ?? {};
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {})
    .filter(([name, field]) => required.has(name) && !stored.some((one) => fits(one, field)))
    .map(([name, field]) => field.credentials_provider?.[0] ?? name);
}

/** @param {Credentials} one @param {Record<string, any>} field */
function fits(one, field) {
  const types = field.credentials_types;
  return field.credentials_provider?.includes(one.provider) && (!types || types.includes(one.type));
}
