/** Pins what a node gave in the run over the canvas, or takes its pin away; and the pins that a run is given. */

import { allOutputs } from "../api/values.js";
import { size } from "../format.js";
import { t } from "../messages.js";
import { isNote } from "../names.js";
import { hasEnded } from "../status.js";
import { toast } from "../toast.js";
import { pinnedOutput } from "./pinned_outputs.js";

/** @typedef {import("./builder.js").Builder & {control: import("./run_control.js").RunControl}} Builder */
/** @typedef {import("./pinned_outputs.js").Recorded} Recorded */

/** An agent with a pin on every node must still be quick to save. */
const MOST_BYTES = 250_000;

/** What the run over the canvas recorded of a node, whole. @param {Builder} builder @param {string} nodeId @returns {Promise<Recorded|null>} */
export async function recordedOutputs({ control }, nodeId) {
  const ended = control.groupOf(nodeId)?.list.filter((one) => hasEnded(one.status) && one.status !== "TERMINATED") ?? [];
  return ended.length ? Promise.all(ended.map(allOutputs)) : null;
}

/** Pins what the node gave in the run over the canvas, or takes its pin away. @param {Builder} builder @param {string|undefined} nodeId */
export async function togglePin(builder, nodeId) {
  const node = builder.doc.node(nodeId ?? "");
  if (!node || isNote(builder.catalog.get(node.block_id))) return;
  if (pinnedOutput(node)) return builder.doc.setMetadata(node.id, { pinned_output: undefined });
  const outputs = await recordedOutputs(builder, node.id);
  if (!outputs) return toast(t("There is no output yet: run it once, then pin what came out."), { isError: true });
  const size_bytes = new TextEncoder().encode(JSON.stringify(outputs)).length;
  if (size_bytes > MOST_BYTES)
    return toast(
      t("Not pinned: it is {size}, and at most {most} can be kept with the agent. “Run from here” takes outputs of any size.", {
        size: size(size_bytes),
        most: size(MOST_BYTES),
      }),
      { isError: true },
    );
  const run_id = builder.control.overlay?.state.run?.id ?? "";
  const pinned = { outputs, run_id, at: new Date().toISOString(), size_bytes };
  builder.doc.setMetadata(node.id, { pinned_output: pinned });
}

/** The pins for a run of the saved version. @param {import("./builder.js").Builder} builder @returns {Record<string, Recorded>} by its node ids */
export function savedPins(builder) {
  /** @type {Record<string, Recorded>} */
  const pins = {};
  for (const [savedId, id] of builder.localIds) {
    const pinned = pinnedOutput(builder.doc.node(id));
    if (pinned) pins[savedId] = pinned.outputs;
  }
  return pins;
}
