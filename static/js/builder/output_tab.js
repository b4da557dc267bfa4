/** What a node took and gave in the run that lies over the canvas, execution by execution. */

import { html, useEffect, useRef, useState } from "../../vendor/react.js";
import { ExecutionDetail } from "../execution_detail.js";
import { duration } from "../format.js";
import { statusLook } from "../status.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useView } from "./hooks.js";
import { plural, t } from "../messages.js";

const MOST_CHIPS = 12;

/** @param {{nodeId: string}} props */
export function OutputTab({ nodeId }) {
  const builder = useBuilder();
  const tick = useView((view) => view.run?.tick ?? 0);
  const [chosen, setChosen] = useState(/** @type {string|null} */ (null));
  useEffect(() => setChosen(null), [nodeId]);
  const list = builder.control.groupOf(nodeId)?.list ?? [];
  if (!list.length) return html`<p className="muted">${t("Nothing has run here. Outputs show the moment they come out.")}</p>`;
  const from = Math.max(0, list.length - MOST_CHIPS);
  const shown =
    list.find((one) => one.node_exec_id === chosen) ??
    list.findLast((one) => one.status !== "INCOMPLETE") ??
    list[list.length - 1];
  return html`<div className="stack">
    ${
      list.length > 1 &&
      html`<div className="chips" role="group" aria-label=${t("Executions")}>
      ${from > 0 && html`<span className="muted">${plural(from, "{n} earlier", "{n} earlier")}</span>`}
      ${list.slice(from).map(
        (one, i) => html`<${Chip} key=${one.node_exec_id} one=${one} number=${from + i + 1}
        isChosen=${one === shown} onClick=${() => setChosen(one.node_exec_id)} />`,
      )}
    </div>`
    }
    <${Detail} execution=${shown} tick=${tick} />
  </div>`;
}

/** @param {{one: import("../types.js").NodeExecution, number: number, isChosen: boolean, onClick: () => void}} props */
function Chip({ one, number, isChosen, onClick }) {
  const look = statusLook(one.status);
  return html`<button type="button" className="chip" aria-pressed=${isChosen} title=${look.word} onClick=${onClick}>
    <${Glyph} name=${look.icon} className=${`tone-${look.tone}`} /> ${number}
    <span className="muted">${duration((one.endMs ?? NaN) - (one.startMs ?? NaN))}</span>
  </button>`;
}

/** @param {{execution: import("../types.js").NodeExecution, tick: number}} props */
function Detail({ execution, tick }) {
  const place = useRef(/** @type {any} */ (null));
  const detail = useRef(/** @type {ExecutionDetail|null} */ (null));
  useEffect(() => {
    detail.current = new ExecutionDetail(execution);
    place.current.replaceChildren(detail.current.element);
  }, [execution]);
  useEffect(() => detail.current?.update(), [tick, execution]);
  return html`<div ref=${place}></div>`;
}
