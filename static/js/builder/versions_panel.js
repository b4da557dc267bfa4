/** The versions of the agent: what each changed, an old one brought back, another one made active. */

import { diffVersions, listVersions } from "../api/versions.js";
import { html, useEffect, useMemo, useState } from "../../vendor/react.js";
import { exactTime, timeMs, when } from "../format.js";
import { toastError } from "../toast.js";
import { CloseButton } from "./close_button.js";
import { DifferenceList, countLine } from "./difference_list.js";
import { diffDrafts } from "./draft_diff.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useDraft, useView } from "./hooks.js";
import { NewerVersion } from "./newer_version.js";
import { activateVersion, restoreVersion } from "./versions.js";
import { PanelEdge } from "./panel_edge.js";
import { plural, t } from "../messages.js";

/** @typedef {import("../types.js").Graph & {created_at: string, is_active: boolean, note: string}} Version */

export function VersionsPanel() {
  const builder = useBuilder();
  const version = useView((view) => view.version);
  const newer = useView((view) => view.newer);
  const [list, setList] = useState(/** @type {Version[]|null} */ (null));
  const [open, setOpen] = useState(0);
  const load = () =>
    listVersions(builder.saved?.id ?? "").then(
      (found) => setList(/** @type {any} */ (found)),
      (error) => toastError(error, t("Versions")),
    );
  useEffect(() => void load(), [version, newer]);
  return html`<aside className="panel versions" aria-label=${t("Versions")}>
    <${PanelEdge} kind="panel" />
    <header className="panel-head">
      <span className="panel-icon"><${Glyph} name="clock" /></span>
      <div className="panel-names"><h2>${t("Versions")}</h2><div className="muted">${t("Each save is kept")}</div></div>
      <${CloseButton} />
    </header>
    <div className="panel-body">
      ${newer ? html`<${NewerVersion} newer=${newer} />` : html`<${DraftChanges} />`}
      ${!list && html`<p className="muted">${t("Loading")}</p>`}
      <ul className="version-list">
        ${list?.map(
          (one, i) => html`<${VersionRow} key=${one.version} one=${one} others=${list} previous=${list[i + 1]?.version ?? 0}
            isOpen=${open === one.version} onToggle=${() => setOpen(open === one.version ? 0 : one.version)} onChange=${load} />`,
        )}
      </ul>
      ${list?.length === 50 && html`<p className="muted">${t("These are the newest 50.")}</p>`}
    </div>
  </aside>`;
}

/** What Save version would add. */
function DraftChanges() {
  const builder = useBuilder();
  const draft = useDraft((one) => one);
  const isChanged = useView((view) => view.isChanged);
  const version = useView((view) => view.version);
  const mine = useMemo(() => diffDrafts(builder.stored, draft, builder.catalog), [draft, version]);
  if (!isChanged) return null;
  return html`<details className="version-draft">
    <summary><b>${t("Draft")}</b> <span className="muted">${t("{changes} since version {version}", { changes: countLine(mine), version })}</span></summary>
    <${DifferenceList} difference=${mine} />
  </details>`;
}

/** @param {{one: Version, others: Version[], previous: number, isOpen: boolean, onToggle: () => void, onChange: () => void}} props */
function VersionRow({ one, others, previous, isOpen, onToggle, onChange }) {
  const based = useView((view) => view.version) === one.version;
  const at = timeMs(one.created_at);
  return html`<li className="version">
    <button type="button" className="version-head" aria-expanded=${isOpen} onClick=${onToggle}>
      <${Glyph} name="chevron" className="version-chevron" />
      <b>${t("Version {version}", { version: one.version })}</b>
      ${one.is_active && html`<span className="badge tone-done">${t("Active")}</span>`}
      ${based && html`<span className="version-mark muted">${t("on the canvas")}</span>`}
      <span className="grow"></span>
      <time className="muted" title=${exactTime(at)}>${when(at)}</time>
      ${one.note && html`<span className="version-note">${one.note}</span>`}
      <span className="version-size muted">${plural(one.nodes?.length ?? 0, "{n} node", "{n} nodes")}, ${plural(one.links?.length ?? 0, "{n} link", "{n} links")}</span>
    </button>
    ${isOpen && html`<${VersionDetail} one=${one} others=${others} previous=${previous} onChange=${onChange} />`}
  </li>`;
}

/** @param {{one: Version, others: Version[], previous: number, onChange: () => void}} props */
function VersionDetail({ one, others, previous, onChange }) {
  const builder = useBuilder();
  const [before, setBefore] = useState(previous || others.find((other) => other !== one)?.version || 0);
  const [difference, setDifference] = useState(/** @type {any} */ (null));
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    setDifference(null);
    if (before) diffVersions(one.id, before, one.version).then(setDifference, (error) => toastError(error, t("The difference")));
  }, [before, one]);
  const act = async (/** @type {string} */ what, /** @type {() => Promise<void>} */ run) => {
    setBusy(true);
    await run().catch((error) => toastError(error, what));
    setBusy(false);
    onChange();
  };
  const choices = others.filter((other) => other.version !== one.version);
  const isNewest = one === others[0];
  return html`<div className="version-detail">
    ${
      before > 0 &&
      html`<label className="version-compare">${t("Compared with")}
        <select className="input" value=${before} onChange=${(/** @type {any} */ e) => setBefore(Number(e.target.value))}>
          ${choices.map((other) => html`<option key=${other.version} value=${other.version}>${t("Version {version}", { version: other.version })}</option>`)}
        </select></label>`
    }
    ${difference && html`<${DifferenceList} difference=${difference} />`}
    ${before === 0 && html`<p className="muted">${t("The first one.")}</p>`}
    <div className="version-actions">
      ${!isNewest && html`<button type="button" className="button small" disabled=${isBusy} onClick=${() => act(t("Restore"), () => restoreVersion(builder, one))}>${t("Restore as a new version")}</button>`}
      ${!one.is_active && html`<button type="button" className="button small" disabled=${isBusy} onClick=${() => act(t("Make active"), () => activateVersion(builder, one))}>${t("Make active")}</button>`}
    </div>
  </div>`;
}
