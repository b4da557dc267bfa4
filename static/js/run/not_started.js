/** What never came up in a run, and what it waited for. */

import { plural } from "../messages.js";

/**
 * @param {import("../types.js").Graph} graph @param {import("../run_state.js").RunState} state of a run that has ended
 * @param {Map<string, {title: string}>} names of the nodes that could run
 * @returns {string}
 */
export function notStartedWords({ links = [] }, state, names) {
  const idle = new Set([...names.keys()].filter((id) => !state.groups.get(id)?.status));
  const failed = new Set([...state.groups.values()].filter((group) => group.countOf("FAILED")).map((group) => group.nodeId));
  if (!idle.size || !failed.size) return "";
  const missing = links.filter((link) => failed.has(link.source_id) && idle.has(link.sink_id));
  const pins = new Set(missing.map((link) => `${link.source_id} ${link.source_name}`));
  const [first] = missing;
  if (pins.size !== 1)
    return plural(idle.size, "One node did not start: no value reached it.", "{n} nodes did not start: no value reached them.");
  const words = { pin: first.source_name, node: names.get(first.source_id)?.title ?? "" };
  return plural(
    idle.size,
    "One node did not start: it waits for {pin} of {node}.",
    "{n} nodes did not start: they wait for {pin} of {node}.",
    words,
  );
}
