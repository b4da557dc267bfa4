/** The right edge of a node: dragged it makes the node wider, up to 320, in steps of the grid. Pressed twice it gives the usual width. */

import { html, useRef } from "../../vendor/react.js";
import { useBuilder } from "./hooks.js";
import { MOST_WIDTH, WIDTH } from "./node_box.js";
import { t } from "../messages.js";

const STEP = 8;

/** @param {{id: string}} props */
export function NodeEdge({ id }) {
  const builder = useBuilder();
  const from = useRef(/** @type {{x: number, width: number, key: string}|null} */ (null));
  const width = () => builder.state.flowNodes.find((node) => node.id === id)?.width ?? WIDTH;
  const press = (/** @type {any} */ event) => {
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, width: width(), key: `width ${event.timeStamp}` };
  };
  const move = (/** @type {any} */ event) => {
    const start = from.current;
    if (!start) return;
    const moved = (event.clientX - start.x) / (builder.flow?.getZoom() ?? 1);
    const wanted = Math.min(MOST_WIDTH, Math.max(WIDTH, start.width + Math.round(moved / STEP) * STEP));
    if (wanted !== width()) setWidth(builder, id, wanted, start.key);
  };
  const release = () => (from.current = null);
  return html`<div className="node-edge nodrag nopan" title=${t("Drag for a wider node")} onPointerDown=${press} onPointerMove=${move}
    onPointerUp=${release} onPointerCancel=${release} onClick=${(/** @type {any} */ e) => e.stopPropagation()}
    onDoubleClick=${(/** @type {any} */ e) => (e.stopPropagation(), setWidth(builder, id, WIDTH))}></div>`;
}

/** @param {import("./builder.js").Builder} builder @param {string} id @param {number} width @param {string} [key] of the drag */
function setWidth(builder, id, width, key = "") {
  builder.doc.setMetadata(id, { size: width === WIDTH ? undefined : { width } }, key, Infinity);
}
