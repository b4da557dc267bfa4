/** What a run of the draft would be refused for, found while it is edited. The server has the last word when it is saved. */

import { blockTitle, isInterface, isNote, isOff } from "../names.js";
import { linkedPins } from "./flow_nodes.js";
import { basePin, missingNeeds, pinsOf, valuesOf } from "./pins.js";
import { valueProblem } from "../value_problems.js";
import { t } from "../messages.js";

/** @typedef {import("./builder.js").Problem} Problem */

/**
 * @param {import("./document.js").Draft} draft @param {Map<string, import("../types.js").Block>} catalog
 * @param {{links: import("../types.js").Link[], cutOff: Set<string>}} followed what a run follows: switch_off.js knows, where a node is switched off
 * @returns {Problem[]}
 */
export function findProblems(draft, catalog, { links, cutOff }) {
  const linked = linkedPins(links);
  const drawn = linkedPins(draft.links);
  return draft.nodes.flatMap((node) => {
    if (isOff(node) || cutOff.has(node.id)) return [];
    const block = catalog.get(node.block_id);
    if (!block) return [{ nodeId: node.id, field: "block_id", message: t("This server does not have its block.") }];
    if (isNote(block)) return [];
    const bases = new Set([...(linked.into.get(node.id) ?? [])].map(basePin));
    const lost = new Set([...(drawn.into.get(node.id) ?? [])].map(basePin).filter((name) => !bases.has(name)));
    return [...missingInputs(node, block, bases, lost), ...wrongValues(node, block, bases)];
  });
}

/**
 * @param {import("../types.js").GraphNode} node @param {import("../types.js").Block} block @param {Set<string>} linked
 * @returns {Problem[]}
 */
function wrongValues(node, block, linked) {
  const values = valuesOf(node, block);
  return pinsOf(node, block).inputs.flatMap((pin) => {
    if (pin.isPart || pin.kind === "key" || linked.has(pin.name)) return [];
    const needs = (values[pin.name] ?? null) === null ? [] : missingNeeds(pin, values, linked);
    const title = pin.schema.title || pin.label;
    const problem = valueProblem(pin.schema, values[pin.name]);
    const message = needs.length
      ? t("{pin} takes effect once {fields} is given.", { pin: title, fields: needs.join(", ") })
      : problem;
    return message ? [{ nodeId: node.id, field: pin.name, message: problem ? `${title}: ${problem}` : message }] : [];
  });
}

/**
 * @param {import("../types.js").GraphNode} node
 * @param {import("../types.js").Block} block
 * @param {Set<string>} bases names of the inputs that are linked
 * @param {Set<string>} lost names of those that only nodes fill which do not run
 * @returns {Problem[]}
 */
function missingInputs(node, block, bases, lost) {
  const values = valuesOf(node, block);
  const isMissing = (/** @type {import("./pins.js").Pin} */ pin) =>
    pin.required && pin.kind !== "key" && !bases.has(pin.name) && (values[pin.name] ?? null) === null;
  return pinsOf(node, block)
    .inputs.filter(isMissing)
    .map((pin) => ({
      nodeId: node.id,
      field: pin.name,
      message: missingSentence(pin, block, lost),
      isMissing: !lost.has(pin.name),
    }));
}

/** @param {import("./pins.js").Pin} pin @param {import("../types.js").Block} block @param {Set<string>} lost @returns {string} */
function missingSentence(pin, block, lost) {
  if (lost.has(pin.name))
    return t("What fills {pin} is switched off, or gets nothing since another is. Give it a value, or switch that on.", {
      pin: pin.schema.title || pin.label,
    });
  if (isInterface(block) && pin.name === "name") return t("It needs a name, which the agent's form shows.");
  return t("{block} needs {pin}: type a value or link it.", {
    block: blockTitle(block.name),
    pin: pin.schema.title || pin.label,
  });
}
