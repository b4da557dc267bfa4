/** What the draft will cost: asked of the server a moment after each change, and only where something may cost anything. */

import { priceRun } from "../api/prices.js";
import { html, useEffect } from "../../vendor/react.js";
import { credits } from "../library/words.js";
import { t } from "../messages.js";
import { isNote } from "../names.js";
import { priceReason, priceWords, sumOf } from "../price_words.js";
import { useBuilder, useDraft, useView } from "./hooks.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("../api/prices.js").Price} Price */
/** @typedef {import("../price_words.js").Sum} Sum */
/** @typedef {Record<string, number>[]} Counts how many values a node gives on each pin, by execution */

const ASK_AFTER_MS = 500;
/** What the price depends on; the rest may be large. */
const PRICED_METADATA = ["retry", "timeout_s", "customized_name", "disabled"];

/** @type {Price} */
const FREE = {
  about_credits: 0,
  about_by: "prices",
  runs: 0,
  by_use: [],
  nodes: {},
  at_most_credits: 0,
  at_most_by: "prices",
  stops_at_credits: 0,
  unknown: [],
};

/** @param {Builder} builder @returns {boolean} whether some node has a price list, or is an agent that may have one */
function mayCost({ doc, catalog }) {
  return doc.now.nodes.some((node) => {
    const block = catalog.get(node.block_id);
    return block?.uiType === "Agent" || (block?.costs ?? []).length > 0;
  });
}

/** @param {Builder} builder @returns {any} the draft without what is pinned to its nodes */
function draftBody({ doc }) {
  const nodes = doc.now.nodes.map(({ id, block_id, input_default, metadata }) => {
    const kept = Object.entries(metadata).filter(([name]) => PRICED_METADATA.includes(name));
    return { id, block_id, input_default, metadata: Object.fromEntries(kept) };
  });
  return { name: doc.now.name, description: "", nodes, links: doc.now.links };
}

/**
 * The price of a run of the draft, in which some nodes give what they gave before.
 * @param {Builder} builder @param {Map<string, Counts>} [given] by node of the draft @returns {Promise<Price>} nodes by their ids in the draft
 */
export async function priceDraft(builder, given = new Map()) {
  const { saved, state, localIds } = builder;
  if (!mayCost(builder)) return FREE;
  if (saved && !state.isChanged && !given.size) {
    const price = await priceRun({ graph_id: saved.id, graph_version: saved.version });
    const local = Object.entries(price.nodes).map(([id, one]) => [localIds.get(id) ?? id, one]);
    return { ...price, nodes: Object.fromEntries(local) };
  }
  return priceRun({ graph_id: saved?.id, graph: draftBody(builder), given: Object.fromEntries(given) });
}

/** Keeps `view.price` up to date while the builder is open; without an answer there is none, which holds nothing up. */
export function PriceWatch() {
  const builder = useBuilder();
  const nodes = useDraft((draft) => draft.nodes);
  const links = useDraft((draft) => draft.links);
  const version = useView((view) => view.version);
  const isChanged = useView((view) => view.isChanged);
  const runId = useView((view) => (view.run?.ended ? view.run.id : ""));
  useEffect(() => {
    let isOld = false;
    const ask = () =>
      priceDraft(builder).then(
        (price) => isOld || builder.set({ price }),
        () => isOld || builder.set({ price: null }),
      );
    const timer = setTimeout(ask, mayCost(builder) ? ASK_AFTER_MS : 0);
    return () => ((isOld = true), clearTimeout(timer));
  }, [nodes, links, version, isChanged, runId]);
  return null;
}

/** The words beside a button that runs all of it. */
export function RunPrice() {
  const builder = useBuilder();
  const price = useView((view) => view.price);
  const isEmpty = useDraft((draft) => draft.nodes.every((node) => isNote(builder.catalog.get(node.block_id))));
  return price && !isEmpty ? html`<${PriceText} sum=${sumOf(price)} />` : null;
}

/** The price of one node, on it; a run shows times there instead. @param {{price: Price["nodes"][string]}} props */
export function PriceBadge({ price }) {
  const { about_credits: about, at_most_credits: most } = price;
  const title =
    most === null
      ? t("Each time it runs; no upper limit known")
      : t("Each time it runs; at most {sum} a run", { sum: credits(most) });
  return html`<span className="node-price" title=${title}>${about === null ? t("by use") : credits(about)}</span>`;
}

/** @param {{sum: Sum}} props */
export function PriceText({ sum }) {
  return html`<span className="price-words muted" title=${priceReason(sum.bound)}>${priceWords(sum)}</span>`;
}
