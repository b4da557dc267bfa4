/** Places all nodes in columns along their links. The work is done in a worker, so the canvas stays alive. */

import { isNote } from "../names.js";
import { snap } from "./builder.js";

/** @param {import("./builder.js").Builder} builder @returns {Promise<void>} */
export async function tidy(builder) {
  const { nodes, links } = builder.doc.now;
  const boxes = new Map(builder.state.flowNodes.map((flow) => [flow.id, flow]));
  const placed = nodes.filter((node) => !isNote(builder.catalog.get(node.block_id)));
  if (!placed.length) return;
  const sizes = placed.map((node) => ({ id: node.id, width: boxes.get(node.id).width, height: boxes.get(node.id).height }));
  const ends = links.map((link) => [link.source_id, link.sink_id]);
  const positions = await inWorker({ sizes, ends });
  builder.doc.move(new Map([...positions].map(([id, at]) => [id, snap(at)])));
  builder.camera.showAll();
}

/** @param {any} task @returns {Promise<Map<string, {x: number, y: number}>>} */
function inWorker(task) {
  const worker = new Worker(new URL("./tidy_worker.js", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", (event) => (worker.terminate(), resolve(new Map(event.data))));
    worker.addEventListener("error", (event) => (worker.terminate(), reject(new Error(event.message))));
    worker.postMessage(task);
  });
}
