/**
 * A link on the canvas. Solid moves a value each time, dotted (static) keeps it. In a run each value is a bead on its way; many of them are
 * counted in a capsule, which also says where a value is converted.
 */

import { BaseEdge, getBezierPath } from "../../vendor/flow.js";
import { html, memo, useEffect, useRef, useState } from "../../vendor/react.js";
import { number } from "../format.js";
import { useBuilder, useView } from "./hooks.js";
import { lanePath } from "./link_lanes.js";
import { basePin, kindWord } from "./pins.js";
import { t } from "../messages.js";

/** From here on a link has fewer dots: each is painted in every frame, and a few long links halved the frames of panning. */
const LONG = 1200;
const BEAD_MS = 1100;
/** More than eyes can follow: from here on links glow instead. */
const MOST_BEADS = 40;
const MOST_AT_ONCE = 3;
let beadsOnScreen = 0;

export const LinkEdge = memo(function LinkEdge(/** @type {any} */ props) {
  const {
    id,
    source,
    sourceHandleId,
    target,
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition,
    targetPosition,
    data,
    selected,
  } = props;
  const count = useView((view) => view.pinCounts[source]?.[basePin(sourceHandleId ?? "")] ?? 0);
  const hasRun = useView((view) => Boolean(view.runNodes[target]?.status));
  const isCutOff = useView((view) => view.cutOff.has(source) || view.cutOff.has(target));
  const { beads, isGlowing } = useBeads(count);
  const lane = data.lane && lanePath(data.lane, { sourceX, sourceY, targetX, targetY });
  const [path, x, y] = lane ?? getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const isLong = data.isStatic && Math.hypot(targetX - sourceX, targetY - sourceY) > LONG;
  const marks = [
    data.isStatic && "link-static",
    isLong && "link-long",
    (data.isOff || isCutOff) && "link-off",
    (hasRun || count > 0) && "link-run",
    isGlowing && "link-glow",
    selected && "link-selected",
  ];
  return html`${selected && html`<path d=${path} className=${`link-halo pin-${data.kind}`} />`}
    <${BaseEdge} id=${id} path=${path} className=${`link pin-${data.kind} ${marks.filter(Boolean).join(" ")}`} interactionWidth=${18} />
    ${beads.map((key) => html`<${Bead} key=${key} path=${path} />`)}
    <${Capsule} x=${x} y=${y} count=${count} converts=${data.converts} kind=${data.kind} />`;
});

/** @param {number} count of values that have come @returns {{beads: number[], isGlowing: boolean}} those that are on their way */
function useBeads(count) {
  const { control } = useBuilder();
  const [moving, setMoving] = useState({ beads: /** @type {number[]} */ ([]), glows: 0 });
  const known = useRef(count);
  useEffect(() => {
    const fresh = Math.min(count - known.current, MOST_AT_ONCE);
    const from = known.current;
    known.current = count;
    if (fresh <= 0 || !control.overlay?.isFollowed) return;
    const beads = beadsOnScreen + fresh > MOST_BEADS ? [] : Array.from({ length: fresh }, (_, i) => from + i);
    beadsOnScreen += beads.length;
    const glows = beads.length ? 0 : 1;
    setMoving((now) => ({ beads: [...now.beads, ...beads], glows: now.glows + glows }));
    setTimeout(() => {
      beadsOnScreen -= beads.length;
      setMoving((now) => ({ beads: now.beads.filter((key) => !beads.includes(key)), glows: now.glows - glows }));
    }, BEAD_MS);
  }, [count]);
  return { beads: moving.beads, isGlowing: moving.glows > 0 };
}

/** @param {{path: string}} props */
function Bead({ path }) {
  const motion = useRef(/** @type {any} */ (null));
  // What is added to a picture that is there already would otherwise count from the picture's own beginning.
  useEffect(() => motion.current?.beginElement(), []);
  return html`<circle r="4" className="bead"><animateMotion ref=${motion} begin="indefinite" dur=${`${BEAD_MS}ms`} fill="freeze" path=${path} /></circle>`;
}

/** @param {{x: number, y: number, count: number, converts: string, kind: string}} props */
function Capsule({ x, y, count, converts, kind }) {
  const many = count > 1 ? `×${number(count)}` : "";
  const text = [many, converts && kindWord(converts)].filter(Boolean).join(" ");
  if (!text) return null;
  const width = 10 + text.length * 6;
  const title = converts ? t("The value is converted to {kind}.", { kind: kindWord(converts) }) : "";
  return html`<g className=${`capsule pin-${many ? kind : converts}`} transform=${`translate(${x} ${y})`}>
    ${title && html`<title>${title}</title>`}<rect x=${-width / 2} y="-9" width=${width} height="18" rx="9" /><text dy="4">${text}</text></g>`;
}
