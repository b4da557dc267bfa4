/** The edge between canvas and panel: dragged, or moved by arrow keys, it sets how wide the panel is; this browser remembers it. */

import { html, useEffect, useRef, useState } from "../../vendor/react.js";
import { t } from "../messages.js";

const LEAST = 300;
const MOST = 720;
const STEP = 16;
/** What of the canvas always stays in sight. */
const CANVAS = 160;

/** @typedef {"panel"|"output"} Kind outputs need more room than a form, so each has a width of its own */

/** @param {Kind} kind @returns {number} */
function usual(kind) {
  if (kind === "output") return Math.min(532, innerWidth * 0.46);
  return innerWidth >= 1600 ? 360 : 344;
}

/** @param {Kind} kind @returns {number} */
function read(kind) {
  const kept = Number(localStorage.getItem(`${kind}-width`));
  return within(kept || usual(kind));
}

/** @param {number} width */
const within = (width) => Math.round(Math.min(Math.max(width, LEAST), MOST, Math.max(LEAST, innerWidth - CANVAS)));

/** @param {{kind: Kind}} props inside of the panel whose edge it is */
export function PanelEdge({ kind }) {
  const [width, setWidth] = useState(() => read(kind));
  const held = useRef(0);
  useEffect(() => setWidth(read(kind)), [kind]);
  useEffect(() => {
    const fit = () => setWidth(read(kind));
    addEventListener("resize", fit);
    return () => removeEventListener("resize", fit);
  }, [kind]);
  useEffect(() => {
    document.documentElement.style.setProperty("--panel-width", `${width}px`);
  }, [width]);
  const put = (/** @type {number} */ wanted) => {
    setWidth(within(wanted));
    localStorage.setItem(`${kind}-width`, String(within(wanted)));
  };
  const forget = () => (localStorage.removeItem(`${kind}-width`), setWidth(read(kind)));
  const hold = (/** @type {any} */ event) => {
    event.preventDefault();
    event.currentTarget.focus();
    event.currentTarget.setPointerCapture(event.pointerId);
    held.current = width + event.clientX;
  };
  const drag = (/** @type {any} */ event) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) put(held.current - event.clientX);
  };
  const keys = (/** @type {any} */ event) => {
    const to = { ArrowLeft: width + STEP, ArrowRight: width - STEP, Home: LEAST, End: MOST }[/** @type {string} */ (event.key)];
    if (to === undefined) return;
    put(to);
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div className="panel-edge" role="separator" aria-orientation="vertical" tabIndex=${0} aria-label=${t("Width of the panel")}
    aria-valuenow=${width} aria-valuemin=${LEAST} aria-valuemax=${MOST} title=${t("Drag to make it wider; a double click takes that back")}
    onPointerDown=${hold} onPointerMove=${drag} onDoubleClick=${forget} onKeyDown=${keys}></div>`;
}
