/** The page of the builder: the draft with its canvas, and all that listens while it is open. */

import { ReactFlowProvider } from "../../vendor/flow.js";
import { createRoot, html } from "../../vendor/react.js";
import { fill, h } from "../dom.js";
import { t } from "../messages.js";
import { Actions } from "./actions.js";
import { Announcer } from "./announcer.js";
import { Dock, EmptyHint, TopBar, ZoomBar } from "./bars.js";
import { Builder } from "./builder.js";
import { Canvas } from "./canvas.js";
import { listenToClipboard } from "./clipboard.js";
import { forgetDraft, keepDraft, readDraft } from "./draft_keeper.js";
import { BuilderContext, useBuilder, useView } from "./hooks.js";
import { listenToKeys } from "./keyboard.js";
import { Coming, loadRestSoon } from "./later.js";
import * as parts from "./parts.js";
import { isPlaced, readGraph } from "./read_graph.js";
import { RunControl } from "./run_control.js";
import { SidePanel } from "./side_panel.js";
import { watchVersions } from "./version_watch.js";

/** @typedef {import("./document.js").Draft} Draft */
/** @typedef {import("../types.js").Graph} Graph */

const KEEP_AFTER_MS = 400;
const PHONE = "(max-width: 719px)";

/**
 * @param {HTMLElement} main @param {string} graphId "" for a new agent @param {Graph|null} saved
 * @param {Map<string, import("../types.js").Block>} catalog @param {AbortSignal} signal aborted when the page is left
 */
export async function openBuilder(main, graphId, saved, catalog, signal) {
  const base = saved ? await placed(readGraph(saved)) : { name: t("New agent"), description: "", nodes: [], links: [] };
  const kept = readDraft(graphId);
  const recovered = kept && (await import("./recovered_draft.js"));
  const keeper = kept && (await parts.undoKeeper().catch(() => null));
  const undo = kept && keeper && keeper.readUndo(graphId, kept, base, catalog);
  const draft = undo ? undo.now : kept && recovered ? await placed(recovered.restoreSecrets(kept, base, catalog)) : base;
  if (signal.aborted) return;
  const builder = Object.assign(new Builder(draft, saved, catalog, !matchMedia(PHONE).matches), {
    control: /** @type {any} */ (null),
    actions: /** @type {any} */ (null),
    signal,
  });
  if (undo) builder.doc.takeHistory(undo);
  builder.control = new RunControl(builder);
  builder.actions = new Actions(builder);
  document.title = `${draft.name} · Builder`;
  const box = h("div", { class: "build" });
  fill(main, box);
  const root = createRoot(box);
  root.render(html`<${Page} builder=${builder} />`);
  keepDrafts(builder, signal);
  if (kept && recovered) recovered.offerRecovered(builder, kept, base);
  listenToKeys(builder, signal);
  listenToClipboard(builder, signal);
  watchVersions(builder, signal);
  loadRestSoon(signal);
  signal.addEventListener("abort", () => {
    builder.control.close();
    root.unmount();
  });
}

/** @param {Draft} draft @returns {Promise<Draft>} every node with a place */
async function placed(draft) {
  return isPlaced(draft) ? draft : (await import("./place_nodes.js")).placeNodes(draft);
}

/** @param {{builder: any}} props */
function Page({ builder }) {
  return html`<${BuilderContext} value=${builder}>
    <${ReactFlowProvider}>
      <${TopBar} />
      <div className="build-work">
        <div className="build-place">
          <${Canvas} /><${EmptyHint} /><${NewerStrip} /><${ProblemList} /><${ZoomBar} /><${Dock} /><${BlockMenu} />
        </div>
        <${SidePanel} />
      </div>
      <${Palette} /><${Announcer} /><${PriceWatch} />
    <//>
  <//>`;
}

function NewerStrip() {
  const isThere = useView((view) => view.newer !== null);
  return isThere && html`<${Coming} part=${parts.newerStrip} name="NewerStrip" />`;
}

function ProblemList() {
  const hasAny = useView((view) => view.problems.length + view.refused.length > 0);
  return hasAny && html`<${Coming} part=${parts.problemList} name="ProblemList" />`;
}

function BlockMenu() {
  const builder = useBuilder();
  const menu = useView((view) => view.menu);
  const close = () => builder.set({ menu: null });
  return menu && html`<${Coming} part=${parts.blockMenu} name="BlockMenu" onFailure=${close} menu=${menu} />`;
}

function Palette() {
  const builder = useBuilder();
  const start = useView((view) => view.palette);
  const close = () => builder.set({ palette: null });
  return start !== null && html`<${Coming} part=${parts.palette} name="Palette" onFailure=${close} start=${start} />`;
}

function PriceWatch() {
  const isReady = useView((view) => view.isReady);
  return isReady && html`<${Coming} part=${parts.runPrice} name="PriceWatch" />`;
}

/** @param {any} builder @param {AbortSignal} signal */
function keepDrafts(builder, signal) {
  let timer = 0;
  const keepSteps = (/** @type {typeof import("./undo_keeper.js")} */ { keepUndo }) => {
    if (builder.state.isChanged) keepUndo(builder.saved?.id ?? "", builder.doc.history, builder.catalog);
  };
  const keep = () => {
    timer = 0;
    if (!builder.state.isChanged) {
      forgetDraft(builder.saved?.id ?? "");
      const saved = t("Saved as version {version}", { version: builder.state.version });
      return builder.state.draft === saved ? undefined : builder.set({ draft: "" });
    }
    const isKept = keepDraft(builder.saved?.id ?? "", builder.saved?.version ?? 0, builder.doc.now, builder.catalog);
    if (isKept && parts.undoKeeper.now) keepSteps(parts.undoKeeper.now);
    else if (isKept) void parts.undoKeeper().then(keepSteps, () => {});
    const since = builder.state.version ? t(" · based on v{version}", { version: builder.state.version }) : "";
    builder.set({ draft: isKept ? t("Draft saved{since}", { since }) : t("Too large to keep here: save a version") });
  };
  const stop = builder.doc.store.subscribe(() => {
    builder.set({ isChanged: builder.differs });
    document.title = `${builder.doc.now.name} · Builder`;
    clearTimeout(timer);
    timer = setTimeout(keep, KEEP_AFTER_MS);
  });
  const keepNow = () => timer && (clearTimeout(timer), keep());
  builder.keepDraft = keep;
  addEventListener("pagehide", keepNow, { signal });
  signal.addEventListener("abort", () => (keepNow(), stop()));
}
