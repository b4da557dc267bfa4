/** The panel beside the canvas: the form of the selected node and its outputs, or the inputs and outputs of a run. */

import { html, useEffect, useState } from "../../vendor/react.js";
import { blockLine, nodeTitle } from "../names.js";
import { paths } from "../router.js";
import { copyText } from "../copy_text.js";
import { CloseButton } from "./close_button.js";
import { Glyph, blockGlyph } from "./glyphs.js";
import { useBuilder, useDraft, useView } from "./hooks.js";
import { InputsTab } from "./inputs_tab.js";
import { NewerAgent } from "./newer_agent.js";
import { NodeFoot } from "./node_foot.js";
import { NodeList } from "./node_list.js";
import { NodeBadge } from "./panel_marks.js";
import { NodeRunsTab } from "./node_runs_tab.js";
import { OutputTab } from "./output_tab.js";
import { PanelEdge } from "./panel_edge.js";
import { contextMenu } from "./parts.js";
import { RunPanel } from "./run_panel.js";
import { AddAfter, SheetGrip } from "./sheet.js";
import { UnknownBlock } from "./unknown_block.js";
import { TriggerNote } from "./trigger_note.js";
import { t } from "../messages.js";

const MOST_SHOWN = 20_000;

export function PanelOfNow() {
  const panel = useView((view) => view.panel);
  if (!panel) return null;
  if (panel.kind === "nodes") return html`<${NodeList} />`;
  if (panel.kind === "versions") return html`<${LazyVersions} />`;
  return panel.kind === "run" ? html`<${RunPanel} />` : html`<${NodePanel} id=${panel.id} tab=${panel.tab} />`;
}

/** Versions are looked at now and then: their code is loaded when they are. */
function LazyVersions() {
  const [found, setFound] = useState(/** @type {any} */ (null));
  useEffect(() => void import("./versions_panel.js").then(setFound), []);
  return found && html`<${found.VersionsPanel} />`;
}

/** @param {{id: string, tab: string}} props */
function NodePanel({ id, tab }) {
  const builder = useBuilder();
  const node = useDraft((draft) => draft.nodes.find((one) => one.id === id));
  const hasRun = useView((view) => Boolean(view.runNodes[id]));
  if (!node) return null;
  const block = builder.catalog.get(node.block_id);
  const go = (/** @type {string} */ name) => builder.openPanel(id, name);
  const tabs = [
    ["inputs", t("Inputs")],
    ["output", t("Output")],
    ["runs", t("Runs")],
    ["about", t("About")],
  ];
  return html`<aside className="panel" data-tab=${tab} aria-label=${t("Node {title}", { title: nodeTitle(node, block) })}>
    <${PanelEdge} kind=${tab === "output" ? "output" : "panel"} />
    <${PanelHead} node=${node} block=${block} />
    <div className="tabs" role="tablist">
      ${tabs.map(
        ([name, label]) => html`<button key=${name} type="button" role="tab" aria-selected=${tab === name}
        onClick=${() => go(name)}>${label}${
          name === "output" && hasRun
            ? html`<span
        className="tab-dot"></span>`
            : null
        }</button>`,
      )}
    </div>
    <div className="panel-body" key=${`${id} ${tab}`}>
      ${tab === "output" && html`<${OutputTab} nodeId=${id} />`} ${tab === "runs" && html`<${NodeRunsTab} nodeId=${id} />`} ${
        tab === "about" &&
        html`<${About} node=${node}
        block=${block} />`
      }
      ${
        tab === "inputs" &&
        (block
          ? html`${block.uiType === "Agent" && node.input_default.graph_id && html`<${NewerAgent} node=${node} />`}${
              block.uiType.startsWith("Webhook") && html`<${TriggerNote} />`
            }<${InputsTab} node=${node} block=${block} /><${AddAfter} node=${node} block=${block} />`
          : html`<${UnknownBlock} node=${node} />`)
      }
    </div>
    ${block && (tab === "inputs" || tab === "output") && html`<${NodeFoot} nodeId=${id} tab=${tab} />`}
  </aside>`;
}

/** @param {{node: import("../types.js").GraphNode, block: import("../types.js").Block|undefined}} props */
function PanelHead({ node, block }) {
  const builder = useBuilder();
  const write = (/** @type {any} */ event) =>
    builder.doc.setMetadata(node.id, { customized_name: event.target.value || undefined }, "name");
  const own = node.metadata.customized_name ?? "";
  const more = async (/** @type {any} */ { currentTarget }) =>
    (await contextMenu()).openNodeMenu(builder, currentTarget, undefined, node.id);
  return html`<${SheetGrip} /><header className="panel-head">
    <span className="panel-icon"><${Glyph} name=${blockGlyph(block)} /></span>
    <div className="panel-names">
      <input className="panel-title" aria-label=${t("Name of the node")} value=${own}
        placeholder=${nodeTitle({ ...node, metadata: {} }, block)} onChange=${write} />
      <div className="muted panel-block">${blockLine(block)}</div>
    </div>
    <${NodeBadge} id=${node.id} />
    <button type="button" className="button quiet square small" aria-label=${t("More for this node")} title=${t("More for this node")}
      aria-haspopup="menu" onClick=${more}><${Glyph} name="dots" /></button>
    <${CloseButton} />
  </header>`;
}

/** @param {{node: import("../types.js").GraphNode, block: import("../types.js").Block|undefined}} props */
function About({ node, block }) {
  const graphId = node.input_default.graph_id;
  const text = hideSecrets(node, block);
  return html`<div className="stack">
    <p>${block?.description ?? t("A block with the id {id}.", { id: node.block_id })}</p>
    ${
      block?.uiType === "Agent" &&
      graphId &&
      html`<a className="button" href=${paths.build(graphId)}><${Glyph}
      name="agent" /> ${t("Open the agent")}</a>`
    }
    <div className="about-values">
      <h3>${t("Its values as JSON")}</h3>
      <button type="button" className="link-button" onClick=${() => copyText(text, t("Copied"))}>${t("Copy")}</button>
    </div>
    <pre className="value value-json">${text.slice(0, MOST_SHOWN)}</pre>
  </div>`;
}

/** @param {import("../types.js").GraphNode} node @param {import("../types.js").Block|undefined} block @returns {string} */
function hideSecrets(node, block) {
  const properties = block?.inputSchema.properties ?? {};
  const shown = Object.entries(node.input_default).map(([name, value]) => [name, properties[name]?.secret ? "••••" : value]);
  return JSON.stringify(Object.fromEntries(shown), null, 2);
}
