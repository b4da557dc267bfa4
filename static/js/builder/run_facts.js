/** Beside the button that runs: how far the run over the canvas is. */

import { html, useEffect, useState } from "../../vendor/react.js";
import { serverNow } from "../api.js";
import { clock, duration, timeMs } from "../format.js";
import { hasEnded, runLook } from "../status.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useView } from "./hooks.js";
import { t } from "../messages.js";

/** @param {{run: import("./run_control.js").RunView}} props */
export function RunFacts({ run }) {
  const builder = useBuilder();
  const version = useView((view) => view.version);
  const ended = hasEnded(run.run.status);
  useTicks(!ended);
  const look = runLook(run.run);
  const start = timeMs(run.run.started_at);
  const end = ended ? timeMs(run.run.ended_at) : serverNow();
  return html`<button type="button" className="dock-facts" title=${t("Inputs and outputs of this run")}
      onClick=${() => builder.set({ panel: { kind: "run" } })}>
      <${Glyph} name=${look.icon} className=${`tone-${look.tone}`} /><span className="dock-word">${look.word}</span>
      ${!Number.isNaN(start) && html`<b>${ended ? duration(end - start) : clock(end - start)}</b>`} <span
        className="muted">${t("{ended} of {nodes} nodes", { ended: run.ended, nodes: run.nodes })}</span>
      ${run.run.graph_version !== version && html`<span className="muted" title=${t("The run has the version it began with")}>v${run.run.graph_version}</span>`}
    </button>
    ${
      ended &&
      html`<button type="button" className="button quiet square small" aria-label=${t("Take the run off the canvas")}
        title=${t("Take the run off the canvas")} onClick=${() => builder.control.hide()}><${Glyph} name="cross" /></button>`
    }
    ${!run.isLive && !ended && html`<span className="muted">${t("Connection lost, trying again")}</span>`}`;
}

/** Draws anew four times a second while `on`. @param {boolean} on */
function useTicks(on) {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = on ? setInterval(() => setTick((n) => n + 1), 250) : undefined;
    return () => clearInterval(timer);
  }, [on]);
}
