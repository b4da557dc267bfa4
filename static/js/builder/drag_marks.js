/** What a drag of nodes shows on the canvas: the lines it snaps to, and the outlines of copies. */

import { useFlowStore } from "../../vendor/flow.js";
import { html } from "../../vendor/react.js";
import { useView } from "./hooks.js";

export function DragMarks() {
  const guides = useView((view) => view.guides);
  const ghosts = useView((view) => view.ghosts);
  const [x, y, zoom] = useFlowStore((/** @type {any} */ store) => store.transform);
  if (!guides.length && !ghosts.length) return null;
  return html`<svg className="drag-marks" aria-hidden="true"><g transform=${`translate(${x} ${y}) scale(${zoom})`}>
    ${ghosts.map((one) => html`<rect key=${one.id} className="ghost" x=${one.x} y=${one.y} width=${one.width} height=${one.height} rx="12" />`)}
    ${guides.map(({ axis, at, from, to }) =>
      axis === "x"
        ? html`<line key="x" className="guide" data-axis="x" x1=${at} x2=${at} y1=${from} y2=${to} />`
        : html`<line key="y" className="guide" data-axis="y" x1=${from} x2=${to} y1=${at} y2=${at} />`,
    )}
  </g></svg>`;
}
