/** The foot of a node's panel: what can be run from it with the price, about and at most, and its output pinned. */

import { html, useEffect, useState } from "../../vendor/react.js";
import { credits } from "../library/words.js";
import { hasEnded } from "../status.js";
import { t } from "../messages.js";
import { Glyph } from "./glyphs.js";
import { toastError } from "../toast.js";
import { givenCounts } from "./given_outputs.js";
import { useBuilder, useDraft, useView } from "./hooks.js";
import { priceAlone, priceFrom } from "./partial_runs.js";
import { togglePin } from "./pin_output.js";
import { pinnedOutput } from "./pinned_outputs.js";
import { PriceText } from "./run_price.js";

/** @param {{nodeId: string, tab: string}} props */
export function NodeFoot({ nodeId, tab }) {
  const builder = useBuilder();
  const isRunning = useView((view) => view.run !== null && !hasEnded(view.run.run.status));
  const isOutput = tab === "output";
  const run = isOutput ? "run-from" : "run-alone";
  const label = isOutput ? t("Run from here") : t("Run this node");
  const title = isOutput
    ? t("Run this node and what comes after it (Shift Enter)")
    : t("Run this node alone, with what those before it gave (Alt Enter)");
  const runs = html`<button type="button" key="run" className=${`button small ${isOutput ? "quiet" : ""}`} disabled=${isRunning}
    title=${isRunning ? t("The run goes on: wait for its end, or stop it first.") : title} onClick=${() => builder.actions.run(run)}><${Glyph} name="play" /> ${label}</button>`;
  return html`<footer className="panel-foot">
    ${isOutput ? [html`<${PinButton} key="pin" nodeId=${nodeId} isFirst />`, runs] : [runs, html`<${PinButton} key="pin" nodeId=${nodeId} />`]}
    <span className="grow"></span>
    ${isRunning ? html`<${SoFar} nodeId=${nodeId} />` : html`<${Price} nodeId=${nodeId} isAlone=${!isOutput} />`}
  </footer>`;
}

/** @param {{nodeId: string, isFirst?: boolean}} props */
function PinButton({ nodeId, isFirst = false }) {
  const builder = useBuilder();
  const isPinned = useDraft((draft) => Boolean(pinnedOutput(draft.nodes.find((one) => one.id === nodeId))));
  useView((view) => view.run?.tick);

  const isOff = !isPinned && !givenCounts(builder, nodeId);
  return html`<button type="button" className=${`button small ${isFirst ? "" : "quiet"}`} disabled=${isOff}
    title=${isOff ? t("There is no output yet: run it once.") : t("Simulate replays it: no call, no cost (P)")}
    onClick=${() => void togglePin(builder, nodeId).catch(toastError)}><${Glyph} name="pin" /> ${isPinned ? t("Unpin") : t("Pin this output")}</button>`;
}

/** What the node has cost in the run that goes on. @param {{nodeId: string}} props */
function SoFar({ nodeId }) {
  const { control } = useBuilder();
  useView((view) => view.run?.tick);
  const cost = control.groupOf(nodeId)?.cost ?? 0;
  return cost > 0 && html`<span className="price-words muted">${t("{sum} so far", { sum: credits(cost) })}</span>`;
}

/** @param {{nodeId: string, isAlone: boolean}} props */
function Price({ nodeId, isAlone }) {
  const builder = useBuilder();
  const nodes = useDraft((draft) => draft.nodes);
  const links = useDraft((draft) => draft.links);
  const runId = useView((view) => view.run?.id);
  const [sum, setSum] = useState(/** @type {import("../price_words.js").Sum|null} */ (null));
  useEffect(() => {
    let isOld = false;
    // Without a price the button still works: an estimate is no reason for an error.
    const ask = () =>
      (isAlone ? priceAlone : priceFrom)(builder, nodeId).then(
        (found) => isOld || setSum(found),
        () => isOld || setSum(null),
      );
    const timer = setTimeout(ask, 300);
    return () => ((isOld = true), clearTimeout(timer));
  }, [nodeId, isAlone, runId, nodes, links]);
  return sum && html`<${PriceText} sum=${sum} />`;
}
