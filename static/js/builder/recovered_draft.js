/** What is said where a draft that was not saved is here again, with the way back to what is stored. */

import { when } from "../format.js";
import { t } from "../messages.js";
import { go, paths } from "../router.js";
import { toast } from "../toast.js";
import { forgetDraft } from "./draft_keeper.js";

/**
 * @param {any} builder
 * @param {import("./draft_keeper.js").KeptDraft} kept
 * @param {import("./document.js").Draft} base
 */
export function offerRecovered(builder, kept, base) {
  const { saved } = builder;
  const isOld = saved !== null && saved.version !== kept.version;
  builder.stored = base;
  builder.set({
    isChanged: true,
    draft: saved ? t("Draft saved · based on v{version}", { version: kept.version }) : t("Draft saved"),
  });
  const text = isOld
    ? t(
        "This is your draft of version {version}; version {newer} was saved meanwhile. Saving makes a new version of the draft.",
        { version: kept.version, newer: saved.version },
      )
    : t("Your draft of {time} is here again.", { time: when(kept.at) });
  const drop = () => {
    forgetDraft(saved?.id ?? "");
    builder.doc.edit(base);
    builder.set({ draft: "" });
    if (!saved) go(paths.build());
  };
  toast(text, {
    action: { label: isOld ? t("Take version {version}", { version: saved.version }) : t("Discard it"), run: drop },
  });
}

/**
 * Secrets that the saved version holds come back into a recovered draft.
 * @param {import("./draft_keeper.js").KeptDraft} draft
 * @param {import("./document.js").Draft} saved
 * @param {import("./draft_keeper.js").Catalog} catalog
 */
export function restoreSecrets(draft, saved, catalog) {
  const before = new Map(saved.nodes.map((node) => [node.id, node]));
  const nodes = draft.nodes.map((node) => {
    const old = before.get(node.id);
    const properties = catalog.get(node.block_id)?.inputSchema.properties ?? {};
    const lost = Object.entries(old?.input_default ?? {}).filter(
      ([name]) => properties[name]?.secret && !Object.hasOwn(node.input_default, name),
    );
    return lost.length ? { ...node, input_default: { ...node.input_default, ...Object.fromEntries(lost) } } : node;
  });
  return { ...draft, nodes };
}
