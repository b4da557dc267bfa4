/** A link on the canvas. Solid moves a value each time, dotted (static) keeps it. */

import { BaseEdge, getBezierPath } from "../../vendor/flow.js";
import { html, memo } from "../../vendor/react.js";
import { useView } from "./hooks.js";

/** From here on a link has fewer dots: each is painted in every frame, and a few long links halved the frames of panning. */
const LONG = 1200;

export const LinkEdge = memo(function LinkEdge(/** @type {any} */ props) {
  const { id, target, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data, selected } = props;
  const isAlive = useView((view) => view.runNodes[target]?.status === "RUNNING");
  const isCrowded = useView((view) => view.isCrowded);
  const hasRun = useView((view) => Boolean(view.runNodes[target]?.status));
  const [path] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const dots = !data.isStatic
    ? ""
    : Math.hypot(targetX - sourceX, targetY - sourceY) > LONG
      ? "link-static link-long"
      : "link-static";
  const kind = `link pin-${data.kind} ${dots} ${hasRun ? "link-run" : ""} ${isAlive && isCrowded ? "link-glow" : ""} ${selected ? "link-selected" : ""}`;
  return html`<${BaseEdge} id=${id} path=${path} className=${kind} interactionWidth=${18} />
    ${
      isAlive &&
      !isCrowded &&
      html`<circle r="4" className=${`bead pin-${data.kind}`}><animateMotion dur="1.1s" repeatCount="indefinite"
        path=${path} /></circle>`
    }`;
});
