/** The groups of the block menu: what is suggested, all, inputs, outputs, what talks to other services, and my agents. Pure. */

import { isNote } from "../names.js";
import { t } from "../messages.js";
import { kindOf } from "./pins.js";

/** @typedef {import("./block_search.js").Offer} Offer */
/** @typedef {import("../types.js").Block} Block */
/** @typedef {"suggested"|"all"|"input"|"action"|"output"|"integration"|"agent"} GroupName */

/** @type {[GroupName, string][]} */
export const GROUPS = [
  ["suggested", t("Suggested")],
  ["all", t("All")],
  ["input", t("Inputs")],
  ["action", t("Actions")],
  ["output", t("Outputs")],
  ["integration", t("Integrations")],
  ["agent", t("My agents")],
];

/** What most agents begin with. */
const STARTERS = [
  "7fcd3bcb-8e1b-4e69-903d-32d3d4a92158", // a short text as input
  "1f292d4a-41a4-4977-9684-7c8d560b9f91", // a text by a model
  "db7d8f02-2f44-4c55-ab7a-eae0941f0c30", // a text from a template
  "715696a0-e1da-45c8-b209-c2fa9c3b0be6", // a condition
  "363ae599-353e-4804-937e-b2ee3cef3da4", // an output
];

/** @param {Block} block @returns {import("../types.js").Schema[]} the schemas of its pins for credentials */
export function keyPins(block) {
  const pins = Object.values(block.inputSchema?.properties ?? {});
  return pins.filter((schema) => kindOf(schema ?? {}) === "key");
}

/** @param {Offer} offer @param {GroupName} group @returns {boolean} */
export function isInGroup({ block }, group) {
  const kind = block.uiType;
  if (group === "input" || group === "output") return kind.toLowerCase() === group;
  if (group === "agent") return kind === "Agent";
  const talks = keyPins(block).length > 0 || kind.startsWith("Webhook");
  if (group === "integration") return talks;
  if (group === "action") return !["Input", "Output", "Agent"].includes(kind) && !talks && !isNote(block);
  return true;
}

/** @param {Offer[]} offers @param {string[]} recent keys of what was added last @returns {{offer: Offer, group: string}[]} */
export function suggest(offers, recent) {
  const byKey = new Map(offers.map((offer) => [offer.key, offer]));
  const pick = (/** @type {string[]} */ keys, /** @type {string} */ group) =>
    keys.flatMap((key) => {
      const offer = byKey.get(key);
      return offer ? [{ offer, group }] : [];
    });
  const others = STARTERS.filter((key) => !recent.includes(key));
  return [...pick(recent, t("Used last")), ...pick(others, t("What most agents begin with"))];
}

/**
 * @typedef {Object} Keys
 * @property {{provider: string, type: string}[]} stored
 * @property {(schema: any, values: Record<string, any>, siblings: Record<string, any>) => string[]} providersFor
 */

/** @param {Block} block @param {Keys|null} keys null until they are known @returns {string[]} the providers of whom it needs a key and none is stored */
export function missingKeys(block, keys) {
  const properties = block.inputSchema?.properties ?? {};
  const required = new Set(block.inputSchema?.required ?? []);
  for (const [name, schema] of Object.entries(properties)) {
    if (!keys || kindOf(schema ?? {}) !== "key" || !required.has(name)) continue;
    const providers = keys.providersFor(schema, {}, properties);
    const types = schema.credentials_types ?? [];
    const fits = keys.stored.some((one) => providers.includes(one.provider) && (!types.length || types.includes(one.type)));
    if (!fits) return providers;
  }
  return [];
}
