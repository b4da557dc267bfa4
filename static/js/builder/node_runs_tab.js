/** The runs in which a node took part, newest first; each can be laid over the canvas. */

import { html } from "../../vendor/react.js";
import { duration, exactTime, number, timeMs, when } from "../format.js";
import { credits } from "../library/words.js";
import { paths } from "../router.js";
import { runName } from "../run_name.js";
import { statusLook } from "../status.js";
import { toastError } from "../toast.js";
import { t } from "../messages.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useView } from "./hooks.js";
import { layOver, useNodeRuns } from "./past_runs.js";

/** @typedef {import("../api/node_runs.js").NodeRun} NodeRun */

/** @param {{nodeId: string}} props */
export function NodeRunsTab({ nodeId }) {
  const runs = useNodeRuns(nodeId);
  if (!runs) return html`<p className="muted">${t("Loading")}</p>`;
  if (!runs.length) return html`<p className="muted">${t("Nothing has run. Runs show here the moment they start.")}</p>`;
  return html`<p className="muted">${t("A click lays a run over the canvas: status, times and values of all nodes are those of that run.")}</p>
    <ul className="node-runs">${runs.map((one) => html`<${Row} key=${one.graph_exec_id} one=${one} />`)}</ul>`;
}

/** @param {{one: NodeRun}} props */
function Row({ one }) {
  const builder = useBuilder();
  const isShown = useView((view) => view.run?.id === one.graph_exec_id);
  const version = useView((view) => view.version);
  const at = timeMs(one.run_at);
  const look = statusLook(one.status);
  const lay = () => void layOver(builder, one).catch((error) => toastError(error, t("The run")));
  const words = [
    one.executions > 1 ? `×${number(one.executions)}` : "",
    one.took_s === null ? "" : duration(one.took_s * 1000),
    one.cost ? credits(one.cost) : "",
  ];
  return html`<li>
    <button type="button" className="node-run" aria-pressed=${isShown} onClick=${lay} title=${exactTime(at)}>
      <${Glyph} name=${look.icon} className=${`tone-${look.tone}`} /><span className="sr-only">${look.word}</span>
      <span>${runName(one)}</span> <span className="muted">${when(at)}</span>
      ${one.graph_version !== version && html`<span className="muted">v${one.graph_version}</span>`}
      <span className="grow"></span>
      <span className="muted node-run-facts">${one.status === null ? t("did not run") : words.filter(Boolean).join(" · ")}</span>
    </button>
    <a className="button quiet square small" href=${paths.run(builder.saved?.id ?? "", one.graph_exec_id)}
      aria-label=${t("Open the page of this run")} title=${t("Open the page of this run")}><${Glyph} name="expand" /></a>
  </li>`;
}
