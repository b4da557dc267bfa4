/** Which blocks were added last, and which follow which: remembered in this browser, offered first in the block menu. */

import { t } from "../messages.js";
import { blockLine } from "../names.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("./builder.js").Dragged} Dragged */
/** @typedef {import("./block_search.js").Offer} Offer */
/** @typedef {{recent: string[], follows: Record<string, string[]>}} History keys of offers, the latest first */

const KEY = "block-history";
const MOST_RECENT = 5;
const MOST_FOLLOWING = 4;
const MOST_PINS = 200;

/** @returns {History} */
function read() {
  try {
    const { recent, follows } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return { recent: Array.isArray(recent) ? recent : [], follows: follows && typeof follows === "object" ? follows : {} };
  } catch {
    return { recent: [], follows: {} };
  }
}

/** @returns {string[]} keys of what was added last */
export const recentKeys = () => read().recent;

/** @param {Builder} builder @param {Dragged} from @returns {string} */
function pinKey(builder, from) {
  return `${builder.doc.node(from.nodeId)?.block_id} ${from.isSource ? "out" : "in"} ${from.pin.name}`;
}

/** @param {string[]} keys @param {string} key @param {number} most @returns {string[]} */
const toFront = (keys, key, most) => [key, ...keys.filter((one) => one !== key)].slice(0, most);

/** @param {Builder} builder @param {string} offerKey what was added @param {Dragged|null} from the pin that it was added for */
export function noteAdded(builder, offerKey, from) {
  const history = read();
  history.recent = toFront(history.recent, offerKey, MOST_RECENT);
  if (from) {
    const key = pinKey(builder, from);
    const { [key]: before = [], ...others } = history.follows;
    const kept = Object.entries(others).slice(0, MOST_PINS - 1);
    history.follows = {
      [key]: toFront(Array.isArray(before) ? before : [], offerKey, MOST_FOLLOWING),
      ...Object.fromEntries(kept),
    };
  }
  try {
    localStorage.setItem(KEY, JSON.stringify(history));
  } catch {
    // A full store: the menu offers what it offers to everybody.
  }
}

/**
 * Those that were used before, in front of the others.
 * @param {Builder} builder @param {Offer[]} offers that fit @param {Dragged|null} from
 * @returns {{offer: Offer, group: string}[]}
 */
export function withUsual(builder, offers, from) {
  const history = read();
  const keys = from ? (history.follows[pinKey(builder, from)] ?? []) : history.recent;
  const byKey = new Map(offers.map((offer) => [offer.key, offer]));
  const first = keys.map((key) => byKey.get(key)).filter((offer) => offer !== undefined);
  const title = from ? usualTitle(blockLine(builder.blockOf(from.nodeId)), from.isSource) : t("Used last");
  const rest = offers.filter((offer) => !first.includes(offer));
  const others = first.length ? t("Others that fit") : "";
  return [
    ...first.map((offer) => ({ offer, group: title })),
    ...rest.map((offer) => ({ offer, group: from ? others : offer.group })),
  ];
}

/** @param {string} block @param {boolean} isSource @returns {string} */
function usualTitle(block, isSource) {
  return isSource ? t("Usually follows {block}", { block }) : t("Usually comes before {block}", { block });
}
