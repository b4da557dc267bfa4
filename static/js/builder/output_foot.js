/** Below the outputs of a node: what is pinned to it and before it, and what can be run from it, with the price. */

import { html, useEffect, useState } from "../../vendor/react.js";
import { size } from "../format.js";
import { hasEnded } from "../status.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useDraft, useView } from "./hooks.js";
import { priceFrom } from "./partial_runs.js";
import { pinnedOutput, togglePin } from "./pinned_outputs.js";
import { plural, t } from "../messages.js";

const MOST_STRIPS = 3;

/** @param {{nodeId: string, status: string|undefined}} props */
export function OutputFoot({ nodeId, status }) {
  const builder = useBuilder();
  const nodes = useDraft((draft) => draft.nodes);
  const links = useDraft((draft) => draft.links);
  const node = nodes.find((one) => one.id === nodeId);
  const sources = new Set(links.filter((link) => link.sink_id === nodeId).map((link) => link.source_id));
  const before = nodes.filter((one) => sources.has(one.id) && pinnedOutput(one));
  const isPinned = Boolean(pinnedOutput(node));
  const isRunning = useView((view) => view.run !== null && !hasEnded(view.run.run.status));
  return html`<div className="outputs-foot">
    ${isPinned && html`<${Strip} node=${node} title=${t("Pinned to this node")} />`}
    ${before
      .slice(0, MOST_STRIPS)
      .map(
        (one) =>
          html`<${Strip} key=${one.id} node=${one} title=${t("Pinned before it: {node}", { node: builder.titleOf(one.id) })} />`,
      )}
    <div className="outputs-actions">
      ${
        !isPinned &&
        html`<button type="button" className="button small" disabled=${!hasEnded(/** @type {any} */ (status))} title=${t("Pin this output (P)")}
        onClick=${() => togglePin(builder, nodeId)}><${Glyph} name="pin" /> ${t("Pin this output")}</button>`
      }
      <button type="button" className="button quiet small" disabled=${isRunning} title=${t("Run this node and what comes after it (Shift Enter)")}
        onClick=${() => builder.actions.run("run-from")}><${Glyph} name="play" /> ${t("Run from here")}</button>
      <button type="button" className="button quiet small" disabled=${isRunning} title=${t("Run this node alone (Alt Enter)")}
        onClick=${() => builder.actions.run("run-alone")}>${t("Run alone")}</button>
      <span className="grow"></span>
      <${Price} nodeId=${nodeId} isRunning=${isRunning} />
    </div>
  </div>`;
}

/** @param {{nodeId: string, isRunning: boolean}} props */
function Price({ nodeId, isRunning }) {
  const builder = useBuilder();
  const isChanged = useView((view) => view.isChanged);
  const runId = useView((view) => view.run?.id);
  const [words, setWords] = useState("");
  useEffect(() => {
    let isGone = false;
    if (isRunning) return;
    // Without a price the button still works: an estimate is no reason for an error.
    priceFrom(builder, nodeId).then(
      (found) => isGone || setWords(found),
      () => isGone || setWords(""),
    );
    return () => void (isGone = true);
  }, [nodeId, runId, isChanged, isRunning]);
  return html`<span className="muted outputs-price" title=${t("What “Run from here” will cost")}>${words}</span>`;
}

/** @param {{node: any, title: string}} props */
function Strip({ node, title }) {
  const builder = useBuilder();
  const pinned = pinnedOutput(node);
  if (!pinned) return null;
  const n = pinned.outputs.length;
  return html`<div className="pinned-strip">
    <${Glyph} name="pin" />
    <div><b>${title}</b><p className="muted">${plural(n, "Simulate replays what {n} execution gave ({size}). No call, no cost.", "Simulate replays what {n} executions gave ({size}). No call, no cost.", { size: size(pinned.size_bytes) })}</p></div>
    <button type="button" className="button small" onClick=${() => togglePin(builder, node.id)}>${t("Unpin")}</button>
  </div>`;
}
