/** What lies around the canvas: the top bar, the dock with the run, and the zoom. */

import { useFlowStore } from "../../vendor/flow.js";
import { html, useEffect, useState } from "../../vendor/react.js";
import { cut } from "../format.js";
import { isNote } from "../names.js";
import { paths } from "../router.js";
import { hasEnded } from "../status.js";
import { openMenuAt } from "./canvas.js";
import { crumbsOf } from "./crumbs.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useDraft, useHistory, useView } from "./hooks.js";
import { Coming } from "./later.js";
import { runFacts, runPrice } from "./parts.js";
import { countPinned } from "./pinned_outputs.js";
import { TopTabs } from "./top_tabs.js";
import { parts, t } from "../messages.js";

export function TopBar() {
  const builder = useBuilder();
  const name = useDraft((draft) => draft.name);
  const draft = useView((view) => view.draft);
  const version = useView((view) => view.version);
  const isChanged = useView((view) => view.isChanged);
  const isSaving = useView((view) => view.busy === "save");
  const canUndo = useHistory((history) => history.pastStates.length > 0);
  const canRedo = useHistory((history) => history.futureStates.length > 0);
  const { actions, saved } = builder;
  const write = (/** @type {any} */ event) => builder.doc.edit({ name: event.target.value }, "name");
  const said = draft || (version ? t("Version {version}", { version }) : t("Not saved yet"));
  return html`<header className="build-top">
    <nav className="build-crumbs" aria-label=${t("Path")}><a href=${paths.library()}>${t("Library")}</a><span aria-hidden="true">/</span>
      ${
        saved &&
        crumbsOf(saved.id).map(
          (one) =>
            html`<a key=${one.id} href=${paths.build(one.id)}>${cut(one.name, 28)}</a><span key=${`${one.id}/`} aria-hidden="true">/</span>`,
        )
      }</nav>
    <a className="build-back" href=${saved ? paths.agent(saved.id) : paths.library()} aria-label=${t("Back")}><${Glyph}
      name="left" /></a>
    <div className="build-name" data-value=${name || t("Name")}><input aria-label=${t("Name of the agent")}
      value=${name} placeholder=${t("Name")} onChange=${write} /></div>
    <span className="build-draft muted" role="status"><${Glyph} name=${isChanged || !version ? "dots" : "check"} />${said}</span>
    <span className="grow"></span>
    <${TopTabs} />
    <span className="grow"></span>
    <${Tool} name="undo" off=${!canUndo} /><${Tool} name="redo" off=${!canRedo} />
    <button type="button" className="button quiet build-wide" aria-label=${t("All commands")}
      onClick=${() => actions.run("palette")}><${Glyph} name="search" /><kbd>Ctrl K</kbd></button>
    ${
      version > 0 &&
      html`<button type="button" className="button build-wide" onClick=${() => actions.run("versions")}><${Glyph}
        name="clock" /> ${t("Versions")}</button>`
    }
    <span className="button-pair">
      <button type="button" className="button" disabled=${isSaving || (!isChanged && version > 0)} title=${t("Save version (Ctrl S)")}
        aria-label=${isSaving ? t("Saving") : t("Save version")}
        onClick=${() => actions.run("save")}>${isSaving ? t("Saving") : html`<span className="build-wide">${t("Save version")}</span><span className="build-short">${t("Save")}</span>`}</button>
      <button type="button" className="button square build-wide" disabled=${isSaving || (!isChanged && version > 0)}
        aria-label=${t("Save with a note")} title=${t("Save with a note")} onClick=${() => actions.run("save-note")}><${Glyph} name="note" /></button>
    </span>
  </header>`;
}

/** @param {{name: string, off?: boolean}} props a square button for one action */
function Tool({ name, off = false }) {
  const { actions } = useBuilder();
  const action = /** @type {import("./actions.js").Action} */ (actions.all.get(name));
  const title = action.keys ? `${action.label} (${action.keys})` : action.label;
  return html`<button type="button" className="button quiet square" disabled=${off} aria-label=${action.label} title=${title}
    onClick=${() => actions.run(name)}><${Glyph} name=${action.glyph} /></button>`;
}

export function Dock() {
  const builder = useBuilder();
  const isEmpty = useDraft((draft) => draft.nodes.length === 0);
  const openMenu = (/** @type {any} */ event) => {
    if (builder.state.menu) return builder.set({ menu: null });
    const box = event.currentTarget.getBoundingClientRect();
    openMenuAt(builder, { x: box.left, y: box.top - 432 });
    const menu = /** @type {any} */ (builder.state).menu; // opened one line above, which narrowing does not see
    if (menu) builder.set({ menu: { ...menu, at: builder.camera.freePlace() } });
  };
  return html`<div className="dock">
    ${
      (builder.canDrag || isEmpty) &&
      html`<div className="dock-group"><button type="button" className="button dock-add" title=${t("Add a block (A)")}
        onClick=${openMenu}><${Glyph} name="plus" /> ${t("Block")}</button><${Tool} name="note" /><${Tool} name="tidy" /></div>`
    }
    <${RunBar} />
  </div>`;
}

function RunBar() {
  const builder = useBuilder();
  const run = useView((view) => view.run);
  const isEmpty = useDraft((draft) => draft.nodes.every((node) => isNote(builder.catalog.get(node.block_id))));
  const isSaving = useView((view) => view.busy === "save");
  const pins = useDraft(countPinned);
  const hasPrice = useView((view) => view.price !== null);
  const ended = !run || hasEnded(run.run.status);
  return html`<div className="dock-group" role="group" aria-label=${t("Run")}>
    ${
      ended
        ? html`<button type="button" className="button quiet dock-run" disabled=${isEmpty || isSaving} title=${t("Run (Ctrl Enter)")}
          onClick=${() => builder.actions.run("run")}><${Glyph} name="play" /> ${t("Run")} ${hasPrice && html`<${Coming} part=${runPrice} name="RunPrice" />`}</button>
          ${
            pins > 0 &&
            html`<button type="button" className="button quiet dock-simulate" disabled=${isSaving} title=${t("Simulate with pins (Ctrl Shift Enter)")}
              onClick=${() => builder.actions.run("simulate")}>${t("Simulate")} <span className="dock-pins"><${Glyph} name="pin" /> ${pins}</span></button>`
          }`
        : html`<button type="button" className="button soft-grey stop" title=${t("Stop (Ctrl .)")}
          onClick=${() => builder.actions.run("stop")}><${Glyph} name="square" /> ${t("Stop")}</button>`
    }
    ${run && html`<${Coming} part=${runFacts} name="RunFacts" run=${run} />`}
  </div>`;
}

export function ZoomBar() {
  const builder = useBuilder();
  const zoom = useFlowStore((/** @type {any} */ store) => Math.round(store.transform[2] * 100));
  return html`<div className="zoom-bar">
    <button type="button" className="button quiet square small" aria-label=${t("Zoom out")}
      onClick=${() => builder.flow?.zoomOut()}><${Glyph} name="minus" /></button>
    <button type="button" className="zoom-value" title=${t("Zoom to 100 % (1)")}
      onClick=${() => builder.camera.zoomTo(1)}>${zoom} %</button>
    <button type="button" className="button quiet square small" aria-label=${t("Zoom in")}
      onClick=${() => builder.flow?.zoomIn()}><${Glyph} name="plus" /></button>
    ${
      !builder.canDrag &&
      html`<button type="button" className="button quiet square small" aria-label=${t("List of nodes")}
        onClick=${() => builder.set({ panel: { kind: "nodes" } })}><${Glyph} name="list" /></button>`
    }
    <button type="button" className="button quiet square small" aria-label=${t("Zoom to fit")} title=${t("Zoom to fit (Shift 1)")}
      onClick=${() => builder.camera.showAll()}><${Glyph} name="fit" /></button>
  </div>`;
}

export function EmptyHint() {
  const isEmpty = useDraft((draft) => draft.nodes.length === 0);
  if (!isEmpty) return null;
  return html`<div className="build-empty">
    <h2>${t("An agent begins with a block")}</h2>
    <p>${parts("Press {key} or “Block” below. Drag from a pin to link it; let go on the canvas to choose what comes next.", { key: html`<kbd key="key">A</kbd>` })}</p>
    <${TourOffer} />
  </div>`;
}

/** Once: whoever has ended the tour knows it. */
function TourOffer() {
  const { actions } = useBuilder();
  const [isSeen, setSeen] = useState(() => localStorage.getItem("builder-tour") !== null);
  useEffect(() => {
    const note = () => setSeen(true);
    addEventListener("tour-ended", note);
    return () => removeEventListener("tour-ended", note);
  }, []);
  return (
    !isSeen && html`<button type="button" className="button" onClick=${() => actions.run("tour")}>${t("Show me how")}</button>`
  );
}
