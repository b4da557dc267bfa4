/**
 * The small map: where the nodes stand, what goes on in them, and which part is in sight. One path for each colour: React Flow's own
 * map has an element and a subscription for each node, which took a third of a frame while nodes of a thousand were dragged.
 */

import { useFlowStore } from "../../vendor/flow.js";
import { html, useEffect, useRef, useState } from "../../vendor/react.js";
import { useBuilder } from "./hooks.js";
import { t } from "../messages.js";

const SIZE = { width: 156, height: 104 };
const EVERY_MS = 120;
const MARGIN = 0.06;

/** @typedef {{x: number, y: number, right: number, bottom: number}} Box */
/** @typedef {{paths: [string, string][], box: Box|null}} Shapes `paths`: class and outline */

export function MiniMap() {
  const builder = useBuilder();
  const { paths, box } = useShapes(builder);
  const [x, y, zoom] = useFlowStore((/** @type {any} */ store) => store.transform);
  const width = useFlowStore((/** @type {any} */ store) => store.width);
  const height = useFlowStore((/** @type {any} */ store) => store.height);
  const held = useRef(false);
  if (!box || !width) return null;
  const seen = { x: -x / zoom, y: -y / zoom, right: (width - x) / zoom, bottom: (height - y) / zoom };
  const frame = frameOf(box, seen);
  const go = (/** @type {any} */ event) => {
    const place = event.currentTarget.getBoundingClientRect();
    const at = { x: (event.clientX - place.left) / place.width, y: (event.clientY - place.top) / place.height };
    builder.flow?.setCenter(frame.x + at.x * frame.width, frame.y + at.y * frame.height, { zoom });
  };
  const press = (/** @type {any} */ event) => {
    held.current = true;
    event.currentTarget.setPointerCapture(event.pointerId);
    go(event);
  };
  const release = () => (held.current = false);
  const wheel = (/** @type {any} */ event) => (event.deltaY < 0 ? builder.flow?.zoomIn() : builder.flow?.zoomOut());
  return html`<svg className="mini-map" role="img" aria-label=${t("Small map of the graph")} preserveAspectRatio="none"
    viewBox=${`${frame.x} ${frame.y} ${frame.width} ${frame.height}`} onPointerDown=${press} onPointerMove=${(/** @type {any} */ e) => held.current && go(e)}
    onPointerUp=${release} onPointerCancel=${release} onWheel=${wheel}>
    ${paths.map(([kind, path]) => html`<path key=${kind} className=${`mini-${kind}`} d=${path} />`)}
    <rect className="mini-seen" x=${seen.x} y=${seen.y} width=${seen.right - seen.x} height=${seen.bottom - seen.y} />
  </svg>`;
}

/** @param {import("./builder.js").Builder} builder @returns {Shapes} a few times a second while nodes move */
function useShapes(builder) {
  const [shapes, setShapes] = useState(() => shapesOf(builder.state));
  useEffect(() => {
    let timer = 0;
    const update = () => {
      timer = 0;
      setShapes(shapesOf(builder.state));
    };
    const stop = builder.view.subscribe((now, before) => {
      if (now.flowNodes !== before.flowNodes || now.runNodes !== before.runNodes) timer ||= setTimeout(update, EVERY_MS);
    });
    return () => (clearTimeout(timer), stop());
  }, [builder]);
  return shapes;
}

/** @param {import("./builder.js").View} view @returns {Shapes} */
function shapesOf({ flowNodes, runNodes, run }) {
  if (!flowNodes.length) return { paths: [], box: null };
  /** @type {Map<string, string[]>} */
  const parts = new Map();
  const box = { x: Infinity, y: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { id, type, position, width, height, selected } of flowNodes) {
    const { x, y } = position;
    const kind = kindOf(type, selected, runNodes[id]?.status, run !== null);
    const part = `M${x} ${y}h${width}v${height}h${-width}z`;
    const known = parts.get(kind);
    if (known) known.push(part);
    else parts.set(kind, [part]);
    Object.assign(box, { x: Math.min(box.x, x), y: Math.min(box.y, y) });
    Object.assign(box, { right: Math.max(box.right, x + width), bottom: Math.max(box.bottom, y + height) });
  }
  return { paths: [...parts].map(([kind, path]) => [kind, path.join("")]), box };
}

/** @param {string} type @param {boolean} selected @param {string|null|undefined} status @param {boolean} hasRun @returns {string} */
function kindOf(type, selected, status, hasRun) {
  if (type === "note") return "note";
  if (selected || status === "RUNNING") return "alive";
  if (status === "FAILED" || status === "REVIEW") return status === "FAILED" ? "failed" : "waits";
  return hasRun && status !== "COMPLETED" ? "quiet" : "node";
}

/** Nodes and what is in sight, with a margin, in the shape of the map. @param {Box} box @param {Box} seen */
function frameOf(box, seen) {
  const x = Math.min(box.x, seen.x);
  const y = Math.min(box.y, seen.y);
  const width = Math.max(box.right, seen.right) - x;
  const height = Math.max(box.bottom, seen.bottom) - y;
  const scale = Math.max(width / SIZE.width, height / SIZE.height) * (1 + 2 * MARGIN);
  const whole = { width: SIZE.width * scale, height: SIZE.height * scale };
  return { x: x - (whole.width - width) / 2, y: y - (whole.height - height) / 2, ...whole };
}
