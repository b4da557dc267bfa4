/** What nodes gave before, counted: a run that is begun from the middle, or with pins, costs what comes after it. */

import { html, useEffect, useState } from "../../vendor/react.js";
import { sumOf } from "../price_words.js";
import { hasEnded } from "../status.js";
import { useBuilder, useDraft } from "./hooks.js";
import { pinnedOutput } from "./pinned_outputs.js";
import { PriceText, priceDraft } from "./run_price.js";

/** @typedef {import("./run_price.js").Counts} Counts */
/** @typedef {import("./pinned_outputs.js").Recorded} Recorded */

/** @param {Recorded} outputs @returns {Counts} */
const countPairs = (outputs) => outputs.map((values) => countPins(values.map(([pin]) => pin)));

/** @param {string[]} pins one for each value @returns {Record<string, number>} */
function countPins(pins) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const pin of pins) counts.set(pin, (counts.get(pin) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** How many values a node gave in the run over the canvas, or has pinned. @param {any} builder @param {string} id @returns {Counts|null} */
export function givenCounts({ control, doc }, id) {
  const list = control.groupOf(id)?.list ?? [];
  const ended = list.filter((/** @type {any} */ one) => hasEnded(one.status) && one.status !== "TERMINATED");
  const lengths = (/** @type {any} */ one) => Object.entries(one.output_data).map(([pin, values]) => [pin, values.length]);
  if (ended.length) return ended.map((/** @type {any} */ one) => Object.fromEntries(lengths(one)));
  const pinned = pinnedOutput(doc.node(id));
  return pinned && countPairs(pinned.outputs);
}

/** The price of a run in which pinned nodes are not called. */
export function SimulatePrice() {
  const builder = useBuilder();
  const nodes = useDraft((draft) => draft.nodes);
  const [price, setPrice] = useState(/** @type {import("../api/prices.js").Price|null} */ (null));
  useEffect(() => {
    let isOld = false;
    const pinned = nodes.flatMap((node) => {
      const outputs = pinnedOutput(node)?.outputs;
      return outputs ? [/** @type {[string, Counts]} */ ([node.id, countPairs(outputs)])] : [];
    });
    priceDraft(builder, new Map(pinned)).then(
      (found) => isOld || setPrice(found),
      () => {},
    );
    return () => void (isOld = true);
  }, [nodes]);
  return price && html`<${PriceText} sum=${sumOf(price)} />`;
}
