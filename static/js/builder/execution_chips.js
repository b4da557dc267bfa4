/** Chips of a node's executions: those of the run over the canvas, then those of earlier runs. */

import { html } from "../../vendor/react.js";
import { duration, exactTime, number, timeMs } from "../format.js";
import { runName } from "../run_name.js";
import { statusLook } from "../status.js";
import { plural, t } from "../messages.js";
import { Glyph } from "./glyphs.js";

/** @typedef {import("../types.js").NodeExecution} NodeExecution */
/** @typedef {import("../api/node_runs.js").NodeRun} NodeRun */

const MOST_CHIPS = 12;
const MOST_PAST = 3;

/**
 * @param {{list: NodeExecution[], shown: NodeExecution|undefined, past: NodeRun[], pastId: string, onChoose: (id: string) => void,
 *   onChoosePast: (run: NodeRun) => void}} props
 */
export function ExecutionChips({ list, shown, past, pastId, onChoose, onChoosePast }) {
  const from = Math.max(0, list.length - MOST_CHIPS);
  const earlier = past.filter((one) => one.status !== null).slice(0, MOST_PAST);
  if (list.length + earlier.length < 2) return null;
  return html`<div className="chips" role="group" aria-label=${t("Executions")}>
    ${from > 0 && html`<span className="muted">${plural(from, "{n} earlier", "{n} earlier")}</span>`}
    ${list.slice(from).map(
      (
        one,
        i,
      ) => html`<${Chip} key=${one.node_exec_id} status=${one.status} name=${list.length > 1 ? number(from + i + 1) : t("Now")}
        tookMs=${(one.endMs ?? NaN) - (one.startMs ?? NaN)} isChosen=${!pastId && one === shown} onClick=${() => onChoose(one.node_exec_id)} />`,
    )}
    ${earlier.map(
      (
        one,
      ) => html`<${Chip} key=${one.graph_exec_id} status=${one.status} name=${runName(one)} title=${exactTime(timeMs(one.run_at))}
        tookMs=${one.took_s === null ? NaN : one.took_s * 1000} isChosen=${one.graph_exec_id === pastId} onClick=${() => onChoosePast(one)} />`,
    )}
  </div>`;
}

/** @param {{status: any, name: string, title?: string, tookMs: number, isChosen: boolean, onClick: () => void}} props */
function Chip({ status, name, title = "", tookMs, isChosen, onClick }) {
  const look = statusLook(status);
  return html`<button type="button" className="chip" aria-pressed=${isChosen} title=${[look.word, title].filter(Boolean).join(", ")} onClick=${onClick}>
    <${Glyph} name=${look.icon} className=${`tone-${look.tone}`} /> ${name} <span className="muted">${duration(tookMs)}</span>
  </button>`;
}
