/** The blocks of this server, loaded once. */

import { listBlocks } from "./api.js";

/** @typedef {import("./types.js").Block} Block */

/** @type {Promise<Map<string, Block>>|null} */
let loading = null;

/** @returns {Promise<Map<string, Block>>} by block id */
export function loadCatalog() {
  loading ??= listBlocks().then(
    (blocks) => new Map(blocks.map((block) => [block.id, block])),
    (error) => {
      loading = null; // the next page tries again
      throw error;
    },
  );
  return loading;
}
