/** Another version was saved while this draft was changed: both are shown, and neither is lost. */

import { diffVersions } from "../api/versions.js";
import { html, useEffect, useMemo, useState } from "../../vendor/react.js";
import { when, timeMs } from "../format.js";
import { toastError } from "../toast.js";
import { DifferenceList } from "./difference_list.js";
import { diffDrafts } from "./draft_diff.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useDraft, useView } from "./hooks.js";
import { saveBesideNewer, takeVersion } from "./versions.js";
import { toast } from "../toast.js";
import { t } from "../messages.js";

/** @param {{newer: any}} props */
export function NewerVersion({ newer }) {
  const builder = useBuilder();
  const draft = useDraft((one) => one);
  const isBusy = useView((view) => view.busy === "save");
  const base = builder.saved?.version ?? 0;
  const [theirs, setTheirs] = useState(/** @type {any} */ (null));
  useEffect(() => {
    diffVersions(newer.id, base, newer.version).then(setTheirs, (error) => toastError(error, t("The difference")));
  }, [newer, base]);
  const mine = useMemo(() => diffDrafts(builder.stored, draft, builder.catalog), [draft]);
  const take = () => {
    takeVersion(builder, newer);
    toast(t("Version {version} is on the canvas.", { version: newer.version }), {
      action: { label: t("Bring my draft back"), run: () => builder.doc.undo() },
    });
  };
  const at = when(timeMs(newer.created_at));
  return html`<section className="newer" aria-label=${t("Two versions")}>
    <h3><${Glyph} name="alert" className="tone-wait" /> ${t("Version {version} was saved meanwhile", { version: newer.version })}</h3>
    <p className="muted">${t("Your draft comes from version {base}. Saving makes a version of its own, and the other stays in this list.", { base })}</p>
    <h4>${t("Version {version}, {when}", { version: newer.version, when: at })}</h4>
    ${theirs ? html`<${DifferenceList} difference=${theirs} />` : html`<p className="muted">${t("Loading")}</p>`}
    <h4>${t("Your draft")}</h4>
    <${DifferenceList} difference=${mine} />
    <div className="newer-actions">
      <button type="button" className="button filled" disabled=${isBusy} onClick=${() => void saveBesideNewer(builder)}>${t("Save mine as the next version")}</button>
      <button type="button" className="button" onClick=${take}>${t("Take version {version}", { version: newer.version })}</button>
    </div>
  </section>`;
}
