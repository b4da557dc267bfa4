/** Knows the files of other programs that people try to import. Pure. */

const isRecord = (/** @type {any} */ value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @type {[string, (value: any) => boolean][]} */
const KINDS = [
  // Its nodes have types of its packages, and links stand under the names of nodes.
  [
    "n8n",
    (value) =>
      Array.isArray(value.nodes) &&
      (isRecord(value.connections) || value.nodes.some((/** @type {any} */ node) => /^(n8n|@n8n)/.test(node?.type ?? ""))),
  ],
  [
    "Make",
    (value) => Array.isArray(value.flow) && value.flow.some((/** @type {any} */ step) => isRecord(step) && "module" in step),
  ],
  ["Zapier", (value) => isRecord(value.metadata) && Array.isArray(value.zaps)],
];

/** @param {any} value decoded JSON @returns {string|null} the program whose file it is */
export function foreignKind(value) {
  if (!isRecord(value)) return null;
  return KINDS.find(([, isIt]) => isIt(value))?.[0] ?? null;
}
