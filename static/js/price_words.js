/** What a run will cost, in the words of every place that begins one: "About $0.02, at most $0.04". */

import { credits } from "./library/words.js";
import { t } from "./messages.js";

/** @typedef {import("./api/prices.js").Bound} Bound */
/** @typedef {import("./api/prices.js").Price} Price */
/** @typedef {{about: number, isByUse: boolean, bound: Bound}} Sum `isByUse`: some of it depends on use alone */

/** @param {Price} price @returns {Sum} */
export const sumOf = (price) => ({ about: price.about_credits, isByUse: price.by_use.length > 0, bound: price });

/** @param {Sum} sum @returns {string} in one line */
export function priceWords(sum) {
  return [aboutWords(sum), boundWords(sum)].filter(Boolean).join(", ");
}

/** @param {Sum} sum @returns {string} */
export function aboutWords({ about, isByUse, bound }) {
  if (bound.at_most_credits === 0) return t("Free");
  return !about && isByUse ? t("Price by use") : t("About {sum}", { sum: credits(about) });
}

/** @param {Sum} sum @returns {string} nothing where it is free */
export function boundWords({ bound }) {
  if (bound.at_most_credits === 0) return "";
  return bound.at_most_credits === null
    ? t("no upper limit known")
    : t("at most {most}", { most: credits(bound.at_most_credits) });
}

/** @param {Bound} bound @returns {string} what the figures stand on, and what to do where there is no upper one */
export function priceReason({ at_most_credits: most, at_most_by: by, stops_at_credits: stops, unknown }) {
  const sum = { sum: credits(stops) };
  if (by === "prices")
    return most === 0 ? t("Nothing here has a price.") : t("By the price lists of its blocks and how often each can run.");
  if (by === "run") return t("The limit of this run is {sum}.", sum);
  if (by === "agent") return t("The limit of this agent is {sum}.", sum);
  if (by === "server") return t("The server ends every run at {sum}.", sum);
  const [first] = unknown;
  const why = first ? t("{node}: {why}.", { node: first.title, why: first.why }) : "";
  const limit = t(
    "The server ends every run at {sum}. “Cost, at most” in the agent's settings sets a lower limit (max_credits).",
    sum,
  );
  return [why, limit].filter(Boolean).join(" ");
}
