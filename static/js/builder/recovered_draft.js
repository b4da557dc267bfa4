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
