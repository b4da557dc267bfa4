/** The pins of a node on the canvas: hue is the type, shape the structure, filled is linked. */

import { Handle } from "../../vendor/flow.js";
import { html } from "../../vendor/react.js";
import { useBuilder } from "./hooks.js";
import { wordOf } from "./pins.js";
import { t } from "../messages.js";

/** @typedef {import("./pins.js").Pin} Pin */
/** @typedef {{id: string, row: import("./node_box.js").Row, linkedIn: Set<string>, linkedOut: Set<string>, fitsIn: any, fitsOut: any}} RowProps */

/** @param {RowProps} props */
export function PinRow({ id, row, linkedIn, linkedOut, fitsIn, fitsOut }) {
  const { input, output, text } = row;
  return html`<div className="node-row">
    ${
      input &&
      html`<${PinDot} nodeId=${id} pin=${input} type="target" fits=${fitsIn} isLinked=${linkedIn.has(input.name)} />
      <span className="pin-name" title=${input.label}>${input.label}</span>`
    }
    ${text !== null && html`<span className="pin-value">${text}</span>`}
    ${
      output &&
      html`<span className="pin-name pin-out" title=${output.label}>${output.label}</span>
      <${PinDot} nodeId=${id} pin=${output} type="source" fits=${fitsOut} isLinked=${linkedOut.has(output.name)} />`
    }
  </div>`;
}

/** @param {{nodeId: string, pin: Pin, type: "source"|"target", fits: any, isLinked: boolean}} props */
function PinDot({ nodeId, pin, type, fits, isLinked }) {
  const builder = useBuilder();
  const isSource = type === "source";
  // A press without a drag asks what may come next, as the "+" beside an output says while the pointer is on its node.
  const press = (/** @type {any} */ event) => {
    event.stopPropagation();
    builder.offerAfter(nodeId, pin, { x: event.clientX + 12, y: event.clientY });
  };
  return html`<${Handle}
    id=${pin.name}
    type=${type}
    position=${isSource ? "right" : "left"}
    className=${`pin pin-${pin.kind} ${isLinked ? "pin-filled" : ""} ${fits ? "pin-fits" : ""}`}
    role="img"
    aria-label=${`${isSource ? t("Output") : t("Input")} ${pin.label}, ${wordOf(pin)}`}
    onClick=${isSource ? press : undefined}
  />`;
}

/**
 * From far away the pins are only where links end: React Flow measures what it draws and would forget pins that are not there.
 * @param {{id: string, handles: any[]}} props
 */
export function FarPins({ id, handles }) {
  return handles.map(
    (pin) => html`<div
      key=${`${pin.type} ${pin.id}`}
      className=${`far-pin react-flow__handle react-flow__handle-${pin.position} ${pin.type}`}
      data-nodeid=${id}
      data-handleid=${pin.id}
      data-handlepos=${pin.position}
      style=${{ top: pin.y + pin.height / 2 }}
    ></div>`,
  );
}
