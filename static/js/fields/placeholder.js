/** @param {import("../types.js").Schema} schema @returns {string} the default, as an empty field shows it */
export function placeholderOf({ default: given }) {
  return given === undefined || given === null || given === "" ? "" : typeof given === "string" ? given : JSON.stringify(given);
}
