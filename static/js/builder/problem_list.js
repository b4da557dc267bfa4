/** The problems of the draft, over the canvas: how many there are, and where each is. */

import { html, useEffect, useState } from "../../vendor/react.js";
import { plural, t } from "../messages.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useView } from "./hooks.js";

const MOST_LISTED = 100;

export function ProblemList() {
  const builder = useBuilder();
  const refused = useView((view) => view.refused);
  const found = useView((view) => view.problems);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setOpen(refused.length > 0), [refused]);
  const known = new Set(refused.map((problem) => `${problem.nodeId} ${problem.field}`));
  const all = [...refused, ...found.filter((problem) => !known.has(`${problem.nodeId} ${problem.field}`))];
  if (!all.length) return null;
  const title = plural(all.length, "{n} problem", "{n} problems");
  if (!isOpen)
    return html`<button type="button" className="problem-pill" aria-expanded="false" onClick=${() => setOpen(true)}><${Glyph}
      name="alert" className="tone-wait" /><b>${title}</b><span className="muted">${t("in the draft")}</span></button>`;
  return html`<section className="problem-list" aria-label=${t("Problems")}>
    <button type="button" className="problem-head" aria-expanded="true"
      onClick=${() => setOpen(false)}><b>${plural(all.length, "{n} problem in the draft", "{n} problems in the draft")}</b><${Glyph} name="chevron" /></button>
    <ul>
      ${all.slice(0, MOST_LISTED).map(
        (problem, i) => html`<li key=${i}>
          <button type="button" onClick=${() => builder.reveal(problem.nodeId, "inputs", problem.field)} disabled=${!builder.doc.node(problem.nodeId)}>
            <${Glyph} name="alert" className=${i < refused.length ? "tone-failed" : "tone-wait"} />
            <span><b>${builder.doc.node(problem.nodeId) ? builder.titleOf(problem.nodeId) : t("The agent")}</b><span>${problem.message}</span></span>
          </button>
        </li>`,
      )}
      ${all.length > MOST_LISTED && html`<li className="muted">${plural(all.length - MOST_LISTED, "{n} more", "{n} more")}</li>`}
    </ul>
  </section>`;
}

/** To the node of the next problem, or of the one before. @param {import("./builder.js").Builder} builder @param {number} step 1 or -1 */
export function showProblem(builder, step) {
  const problems = [...builder.state.refused, ...builder.state.problems];
  if (!problems.length) return;
  const { panel } = builder.state;
  const ids = [...new Set(problems.map((problem) => problem.nodeId))];
  const at = panel?.kind === "node" ? ids.indexOf(panel.id) : -1;
  const from = at < 0 && step < 0 ? 0 : at; // backwards from nowhere begins with the last
  builder.reveal(ids[(from + step + ids.length) % ids.length]);
}
