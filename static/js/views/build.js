/** The builder: an agent as a canvas of nodes and links. Everything that only it needs is loaded with this module. */

import { getGraph } from "../api.js";
import { loadCatalog } from "../catalog.js";
import { fill, h } from "../dom.js";
import { when } from "../format.js";
import { go, paths } from "../router.js";
import { loadStyles } from "../styles.js";
import { toast } from "../toast.js";
import { ReactFlowProvider } from "../../vendor/flow.js";
import { createRoot, html } from "../../vendor/react.js";
import { Actions } from "../builder/actions.js";
import { Announcer } from "../builder/announcer.js";
import { Dock, EmptyHint, ProblemList, TopBar, ZoomBar } from "../builder/bars.js";
import { NewerStrip } from "../builder/newer_strip.js";
import { BlockMenu } from "../builder/block_menu.js";
import { Builder } from "../builder/builder.js";
import { Canvas } from "../builder/canvas.js";
import { listenToClipboard } from "../builder/clipboard.js";
import { forgetDraft, keepDraft, readDraft, restoreSecrets } from "../builder/draft_keeper.js";
import { BuilderContext } from "../builder/hooks.js";
import { listenToKeys } from "../builder/keyboard.js";
import { Palette } from "../builder/palette.js";
import { readGraph, withPositions } from "../builder/read_graph.js";
import { keepUndo, readUndo } from "../builder/undo_keeper.js";
import { RunControl } from "../builder/run_control.js";
import { PriceWatch } from "../builder/run_price.js";
import { SidePanel } from "../builder/side_panel.js";
import { watchVersions } from "../builder/version_watch.js";
import { t } from "../messages.js";

const KEEP_AFTER_MS = 400;
const PHONE = "(max-width: 719px)";

/** @type {import("../pages.js").View} */
export async function showBuild(main, place, signal) {
  const { graphId = "" } = place.params;
  const [saved, catalog] = await Promise.all([
    graphId ? getGraph(graphId) : null,
    loadCatalog(),
    loadStyles(
      "vendor/flow.css",
      "build.css",
      "build_top.css",
      "build_node.css",
      "build_links.css",
      "build_panel.css",
      "build_menus.css",
    ),
  ]);
  if (signal.aborted) return;
  const base = saved ? readGraph(saved) : { name: t("New agent"), description: "", nodes: [], links: [] };
  const kept = readDraft(graphId);
  const undo = kept && readUndo(graphId, kept, base, catalog);
  const draft = undo ? undo.now : kept ? withPositions(restoreSecrets(kept, base, catalog)) : base;
  const builder = Object.assign(new Builder(draft, saved, catalog, !matchMedia(PHONE).matches), {
    control: /** @type {any} */ (null),
    actions: /** @type {any} */ (null),
    signal, // aborted when the page is left
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
  if (kept) offerRecovered(builder, kept, base);
  listenToKeys(builder, signal);
  listenToClipboard(builder, signal);
  watchVersions(builder, signal);
  signal.addEventListener("abort", () => {
    builder.control.close();
    root.unmount();
  });
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

/** @param {any} builder @param {AbortSignal} signal */
function keepDrafts(builder, signal) {
  let timer = 0;
  const keep = () => {
    timer = 0;
    if (!builder.state.isChanged) {
      forgetDraft(builder.saved?.id ?? "");
      const saved = t("Saved as version {version}", { version: builder.state.version });
      return builder.state.draft === saved ? undefined : builder.set({ draft: "" });
    }
    const isKept = keepDraft(builder.saved?.id ?? "", builder.saved?.version ?? 0, builder.doc.now, builder.catalog);
    if (isKept) keepUndo(builder.saved?.id ?? "", builder.doc.history, builder.catalog);
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

/**
 * @param {any} builder
 * @param {import("../builder/draft_keeper.js").KeptDraft} kept
 * @param {import("../builder/document.js").Draft} base
 */
function offerRecovered(builder, kept, base) {
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
