/** How far a node is in the run over the canvas, in its panel and in the list of nodes. */

import { html } from "../../vendor/react.js";
import { duration } from "../format.js";
import { hasEnded, statusLook } from "../status.js";
import { Glyph } from "./glyphs.js";
import { useView } from "./hooks.js";

/** A badge with the word. @param {{id: string}} props */
export function NodeBadge({ id }) {
  const run = useView((view) => view.runNodes[id]);
  if (!run?.status) return null;
  const look = statusLook(run.status);
  const took = hasEnded(run.status) ? duration(run.tookMs) : "";
  return html`<span className=${`badge tone-${look.tone}`}><${Glyph} name=${look.icon} /> ${look.word} ${took}</span>`;
}

/** The glyph alone, with its word for who does not see it. @param {{id: string}} props */
export function NodeRunMark({ id }) {
  const status = useView((view) => view.runNodes[id]?.status);
  if (!status) return null;
  const look = statusLook(status);
  return html`<${Glyph} name=${look.icon} className=${`tone-${look.tone}`} /><span className="sr-only">${look.word}</span>`;
}
