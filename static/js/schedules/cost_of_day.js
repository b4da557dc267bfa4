/** What the starts of the next hours will cost, about: each agent's usual price, as often as it starts. */

import { priceRun } from "../api/prices.js";
import { credits } from "../library/words.js";
import { t } from "../messages.js";

/** Agents that are asked for: a page must not wait for a hundred. */
const MOST_AGENTS = 12;

/**
 * @param {{schedule_id: string}[]} fires @param {import("../api/schedules.js").Schedule[]} schedules
 * @param {Map<string, Promise<number>>} known prices that the page has asked for already, by agent and version
 * @returns {Promise<string>} "about $0.72"; "" where nothing costs anything, or where it is not known of all
 */
export async function costOfStarts(fires, schedules, known) {
  const agents = new Map(schedules.map((one) => [one.id, one]));
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { schedule_id: id } of fires) {
    const one = agents.get(id);
    if (one) counts.set(`${one.graph_id} ${one.graph_version}`, (counts.get(`${one.graph_id} ${one.graph_version}`) ?? 0) + 1);
  }
  if (!counts.size || counts.size > MOST_AGENTS) return "";
  const sums = await Promise.all([...counts].map(async ([key, n]) => n * (await (known.get(key) ?? priceOf(key, known)))));
  const sum = sums.reduce((all, one) => all + one, 0);
  return sum ? t("about {sum}", { sum: credits(sum) }) : "";
}

/** @param {string} key @param {Map<string, Promise<number>>} known @returns {Promise<number>} */
function priceOf(key, known) {
  const [id, version] = key.split(" ");
  const asked = priceRun({ graph_id: id, graph_version: Number(version) }).then(
    (price) => price.about_credits,
    () => 0,
  );
  known.set(key, asked);
  return asked;
}
