/** What a node shows of the run over the canvas: its status with the time, the last words of a model, or why it failed. */

import { html, useEffect, useState } from "../../vendor/react.js";
import { serverNow } from "../api.js";
import { clock, duration, number } from "../format.js";
import { hasEnded, statusLook } from "../status.js";
import { Glyph } from "./glyphs.js";
import { useBuilder } from "./hooks.js";
import { t } from "../messages.js";

/** @typedef {import("./run_control.js").NodeView} NodeView */

/** What a model said last: two lines of a node. */
const LAST_CHARS = 72;

/** @param {{run: NodeView|undefined, isOff: boolean, isCutOff: boolean, needs: number}} props `needs`: how many inputs are linked */
export function RunMark({ run, isOff, isCutOff, needs }) {
  if (isOff) return html`<${Mark} word=${t("Switched off")} glyph="ban" tone="quiet" />`;
  if (isCutOff && !run?.status)
    return html`<${Mark} word=${t("Does not run: what leads here is switched off")} glyph="unstarted" tone="quiet" />`;
  if (!run?.status) return html`<${Mark} word=${t("Not started")} glyph="unstarted" tone="quiet" />`;
  const look = statusLook(run.status);
  const word = run.isReplayed ? t("{word}: recorded outputs, not called", { word: look.word }) : look.word;
  const isWaiting = run.status === "INCOMPLETE";
  const there = isWaiting && needs > 1 ? t("{there} of {needs}", { there: Math.min(run.there, needs), needs }) : "";
  const glyph = run.isReplayed ? "copied" : isWaiting ? "clock" : look.icon;
  return html`<${Mark} isReplayed=${run.isReplayed} word=${there ? t("{there} inputs are there", { there }) : (farWords(run) ?? word)} glyph=${glyph} tone=${look.tone}>
    ${run.count > 1 && html`<span className="node-count">×${number(run.count)}</span>`} ${there}
    ${hasEnded(run.status) && run.status !== "TERMINATED" && duration(run.tookMs)}
    ${run.status === "RUNNING" && html`<${Seconds} since=${run.startMs} />`}
  <//>`;
}

/** @param {NodeView} run @returns {string|null} how far one is that runs many times */
function farWords({ status, ended, expected }) {
  if (status !== "RUNNING" || expected < 2) return null;
  return t("Running: {ended} of about {expected}", { ended: number(ended), expected: number(expected) });
}

/** @param {{word: string, glyph: string, tone: string, isReplayed?: boolean, children?: any}} props */
function Mark({ word, glyph, tone, isReplayed = false, children }) {
  return html`<span className="node-mark" title=${word} data-replayed=${isReplayed || undefined}>${children}<${Glyph} name=${glyph} className=${`tone-${tone}`} />
    <span className="sr-only">${word}</span></span>`;
}

/** @param {{since: number}} props milliseconds by the server's clock */
function Seconds({ since }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const s = Math.floor((serverNow() - since) / 1000);
  if (!(s >= 1)) return null;
  return html`<span aria-hidden="true">${s < 60 ? t("{n} s", { n: s }) : clock(s * 1000)}</span>`;
}

/** @param {{id: string, run: NodeView|undefined}} props what stands below the pins */
export function RunWords({ id, run }) {
  const share = run?.status === "RUNNING" && run.expected - run.ended > 1 ? run.ended / run.expected : null;
  if (run?.progress || share !== null)
    return html`<div className="node-progress" aria-hidden="true">
      ${run?.progress && html`<span>${run.progress.slice(-LAST_CHARS)}</span>`}
      ${share !== null && html`<div className="node-bar"><i style=${{ width: `${100 * share}%` }}></i></div>`}
    </div>`;
  return run?.status === "FAILED" && run.error ? html`<${NodeError} id=${id} error=${run.error} />` : null;
}

/** Why the node failed, and what can be done. @param {{id: string, error: string}} props */
function NodeError({ id, error }) {
  const builder = useBuilder();
  const act = (/** @type {() => any} */ run) => (/** @type {any} */ event) => (event.stopPropagation(), run());
  const retry = () => (builder.select([id]), builder.actions.run("run-from"));
  return html`<div className="node-error nodrag" role="group" aria-label=${t("Error")}>
    <span className="node-error-text" title=${error}>${error}</span>
    <button type="button" onClick=${act(retry)}><${Glyph} name="redo" /> ${t("Retry node")}</button>
    <button type="button" onClick=${act(() => builder.openPanel(id, "output"))}>${t("Details")}</button>
  </div>`;
}
