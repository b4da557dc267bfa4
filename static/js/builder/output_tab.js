/** What a node took and gave in the run that lies over the canvas, execution by execution; its output can be pinned. */

import { html, useEffect, useRef, useState } from "../../vendor/react.js";
import { fillBrief } from "../api/values.js";
import { duration, exactTime, timeMs } from "../format.js";
import { hasEnded, statusLook } from "../status.js";
import { toastError } from "../toast.js";
import { valueActions } from "../value_actions.js";
import { PinTable } from "../value_view.js";
import { ExecutionChips } from "./execution_chips.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useDraft, useView } from "./hooks.js";
import { executionsOf, useNodeRuns } from "./past_runs.js";
import { PinnedStrips } from "./pinned_strips.js";
import { pinsOf } from "./pins.js";
import { WentIn } from "./went_in.js";
import { t } from "../messages.js";

/** @typedef {import("../types.js").NodeExecution} NodeExecution */

/** @param {{nodeId: string}} props */
export function OutputTab({ nodeId }) {
  const builder = useBuilder();
  const tick = useView((view) => view.run?.tick ?? 0);
  const runId = useView((view) => view.run?.id ?? "");
  const runs = useNodeRuns(nodeId);
  const [chosen, setChosen] = useState("");
  const [past, setPast] = useState(/** @type {{id: string, list: NodeExecution[]}} */ ({ id: "", list: [] }));
  useEffect(() => (setChosen(""), setPast({ id: "", list: [] })), [nodeId, runId]);
  const now = builder.control.groupOf(nodeId)?.list ?? [];
  const list = past.id ? past.list : now;
  const shown =
    list.find((one) => one.node_exec_id === chosen) ?? list.findLast((one) => one.status !== "INCOMPLETE") ?? list.at(-1);
  const choosePast = (/** @type {import("../api/node_runs.js").NodeRun} */ run) =>
    executionsOf(builder, run).then(
      (found) => setPast({ id: run.graph_exec_id, list: found }),
      (error) => toastError(error, t("The run")),
    );
  const choose = (/** @type {string} */ id) => (setPast({ id: "", list: [] }), setChosen(id));
  return html`<div className="outputs-tab">
    <${ExecutionChips} list=${now} shown=${shown} past=${(runs ?? []).filter((run) => run.graph_exec_id !== runId)} pastId=${past.id}
      onChoose=${choose} onChoosePast=${choosePast} />
    ${
      shown
        ? html`<${WentIn} execution=${shown} nodeId=${nodeId} status=${shown.status} /><${CameOut} execution=${shown} nodeId=${nodeId} tick=${tick} />`
        : html`<p className="muted">${t("Nothing has run here. Outputs show the moment they come out.")}</p>`
    }
    <${PinnedStrips} nodeId=${nodeId} />
  </div>`;
}

/** @param {{execution: NodeExecution, nodeId: string, tick: number}} props */
function CameOut({ execution, nodeId, tick }) {
  const place = useRef(/** @type {any} */ (null));
  const table = useRef(/** @type {PinTable|null} */ (null));
  useEffect(() => {
    table.current = new PinTable(t("Nothing came out."));
    place.current.replaceChildren(table.current.element);
  }, [execution]);
  const [, setFilled] = useState(false);
  useEffect(() => void fillBrief(execution).then(() => setFilled(true), toastError), [execution]);
  const outputs = execution.output_data ?? {};
  useEffect(() => table.current?.update(outputs), [tick, execution, outputs]);
  const names = Object.keys(outputs);
  return html`<section className="went came-out" aria-label=${t("Came out")}>
    <header><h3>${t("Came out")}</h3><${Facts} execution=${execution} /><span className="grow"></span>
      ${names.length > 0 && html`<${Actions} key=${execution.node_exec_id} execution=${execution} />`}</header>
    <div className="went-body" hidden=${!names.length && !hasEnded(execution.status)} ref=${place}></div>
    ${
      !names.length &&
      !hasEnded(execution.status) &&
      (execution.progress
        ? html`<pre className="went-body went-progress value-text">${execution.progress}</pre>`
        : html`<p className="went-body muted">${t("Nothing yet.")}</p>`)
    }
    <${Others} nodeId=${nodeId} names=${names} />
  </section>`;
}

/** @param {{execution: NodeExecution}} props copy and download of all that came out */
function Actions({ execution }) {
  const place = useRef(/** @type {any} */ (null));
  const read = () => Object.values(execution.output_data).flat();
  useEffect(() => place.current.replaceChildren(valueActions(t("outputs"), read)), [execution]);
  return html`<span ref=${place}></span>`;
}

/** @param {{execution: NodeExecution}} props */
function Facts({ execution }) {
  const look = statusLook(execution.status);
  const start = timeMs(execution.start_time);
  const took = timeMs(execution.end_time) - start;
  return html`<span className=${`went-facts tone-${look.tone}`} title=${exactTime(start)}><${Glyph} name=${look.icon} /> ${look.word}
    ${Number.isNaN(took) ? "" : ` ${duration(took)}`}</span>`;
}

/** Pins of the node that gave nothing. @param {{nodeId: string, names: string[]}} props */
function Others({ nodeId, names }) {
  const builder = useBuilder();
  const node = useDraft((draft) => draft.nodes.find((one) => one.id === nodeId));
  const block = builder.blockOf(nodeId);
  const silent = node && block ? pinsOf(node, block).outputs.filter((pin) => !names.includes(pin.name)) : [];
  if (!silent.length) return null;
  return html`<p className="went-others">${t("Also on this node:")}
    ${silent.slice(0, 8).map((pin) => html`<span key=${pin.name}><span className=${`pin-dot pin-${pin.kind}`}></span> ${pin.label}</span>`)}</p>`;
}
