/** What stands on the canvas while a link is drawn: what it is and how many pins fit, and at a wrong pin why it does not. */

import { useConnection } from "../../vendor/flow.js";
import { html, useEffect, useMemo, useRef } from "../../vendor/react.js";
import { number } from "../format.js";
import { useBuilder, useView } from "./hooks.js";
import { sentence } from "./link_by_keys.js";
import { countFitting, linkTo, nearestFitting, refusalOf } from "./link_ends.js";
import { wordOf } from "./pins.js";
import { parts, t } from "../messages.js";

export function LinkMarks() {
  return html`<${LinkHint} /><${PinChoice} />`;
}

function LinkHint() {
  const builder = useBuilder();
  const dragged = useView((view) => view.dragged);
  const linking = useView((view) => view.linking);
  const counts = useMemo(() => (dragged && !linking ? countFitting(builder, dragged) : null), [dragged, linking]);
  useEffect(() => (dragged && !linking ? leaveByEscape(builder) : undefined), [dragged, linking]);
  if (linking) return html`<div className="build-strip"><span className="strip-words">${sentence(builder, linking)}</span></div>`;
  if (!dragged || !counts) return null;
  const name = html`<b key="name">${builder.titleOf(dragged.nodeId)}, ${dragged.pin.label}</b>`;
  const words = { kind: wordOf(dragged.pin), pins: number(counts.pins), blocks: number(counts.blocks) };
  return html`<div className="build-strip" role="status">
      <span className=${`pin-dot pin-${dragged.pin.kind}`}></span>
      <span>${parts("{name} is {kind} and fits {pins} pins here. Drop on the canvas for {blocks} blocks.", { name, ...words })}</span>
      <kbd>Esc</kbd>
    </div><${Refusal} dragged=${dragged} />`;
}

/** @param {{dragged: import("./builder.js").Dragged}} props beside the pin that does not take the link */
function Refusal({ dragged }) {
  const builder = useBuilder();
  const link = useConnection();
  const place = useRef(/** @type {any} */ (null));
  const handle = link.inProgress && link.isValid === false && link.toNode?.id !== dragged.nodeId ? link.toHandle : null;
  useEffect(() => void (handle && standAt(place.current, handle)), [handle?.nodeId, handle?.id]);
  if (!handle) return null;
  return html`<div className="link-refusal" ref=${place} role="status"><b>${refusalOf(builder, dragged, handle)}</b>
    <span>${nearestFitting(builder, dragged, handle)}</span></div>`;
}

/** @param {HTMLElement} element @param {any} handle */
function standAt(element, handle) {
  const pin = document.querySelector(
    `.react-flow__handle.${handle.type}[data-nodeid="${CSS.escape(handle.nodeId)}"][data-handleid="${CSS.escape(handle.id)}"]`,
  );
  const canvas = element.parentElement?.getBoundingClientRect();
  const at = pin?.getBoundingClientRect();
  if (!canvas || !at) return;
  const { offsetWidth: width, offsetHeight: height } = element;
  element.style.left = `${Math.max(8, Math.min(at.x - canvas.x - width / 2, canvas.width - width - 8))}px`;
  element.style.top = `${Math.max(8, Math.min(at.bottom - canvas.y + 14, canvas.height - height - 8))}px`;
}

/** @param {import("./builder.js").Builder} builder @returns {() => void} */
function leaveByEscape(builder) {
  const leave = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    builder.set({ dragged: null });
    builder.closeOpened();
    // React Flow has no end but that of the press: over the pin where it began nothing is linked.
    const begin = document.querySelector(".react-flow__handle.connectingfrom")?.getBoundingClientRect();
    const at = { clientX: begin ? begin.x + 5 : 0, clientY: begin ? begin.y + 5 : 0, bubbles: true };
    document.dispatchEvent(new MouseEvent("mousemove", at));
    document.dispatchEvent(new MouseEvent("mouseup", at));
  };
  document.addEventListener("keydown", leave, { capture: true });
  return () => document.removeEventListener("keydown", leave, { capture: true });
}

/** Several pins are as good: one of them is chosen. */
function PinChoice() {
  const choice = useView((view) => view.pinChoice);
  return choice && html`<${OpenChoice} key=${choice.nodeId} choice=${choice} />`;
}

/** @param {{choice: import("./builder.js").PinChoice}} props */
function OpenChoice({ choice: { screen, nodeId, dragged, pins } }) {
  const builder = useBuilder();
  const place = useRef(/** @type {any} */ (null));
  const close = () => builder.set({ pinChoice: null });
  useEffect(() => {
    const canvas = place.current.parentElement.getBoundingClientRect();
    place.current.style.left = `${Math.min(screen.x - canvas.x, canvas.width - 220)}px`;
    place.current.style.top = `${Math.min(screen.y - canvas.y, canvas.height - 60 - pins.length * 32)}px`;
    place.current.querySelector("button").focus();
  }, []);
  const keys = (/** @type {any} */ event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const all = [...place.current.querySelectorAll("button")];
    if (step) all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const leave = (/** @type {any} */ event) => place.current?.contains(event.relatedTarget) || close();
  const choose = (/** @type {import("./pins.js").Pin} */ pin) => (close(), linkTo(builder, dragged, nodeId, pin));
  return html`<div className="pin-choice" ref=${place} role="menu" aria-label=${t("Which pin?")} onKeyDown=${keys} onBlur=${leave}>
    ${pins.map(
      (pin) => html`<button key=${pin.name} type="button" role="menuitem" onClick=${() => choose(pin)}>
        <span className=${`pin-dot pin-${pin.kind}`}></span>${pin.label}</button>`,
    )}
  </div>`;
}
