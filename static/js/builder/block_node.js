/** A node on the canvas: title, block, status, and its pins with the values that stand on it. */

import { Handle } from "../../vendor/flow.js";
import { html, memo } from "../../vendor/react.js";
import { duration, number } from "../format.js";
import { blockLine, nodeTitle } from "../names.js";
import { paths } from "../router.js";
import { statusLook } from "../status.js";
import { goInto } from "./crumbs.js";
import { Glyph, blockGlyph } from "./glyphs.js";
import { useBuilder, useView } from "./hooks.js";
import { pinnedOutput } from "./pinned_outputs.js";
import { fit, wordOf } from "./pins.js";
import { PriceBadge } from "./run_price.js";
import { t } from "../messages.js";

/** @typedef {import("./pins.js").Pin} Pin */

/** What a model said last: two lines of a node. */
const LAST_CHARS = 72;

export const BlockNode = memo(function BlockNode(/** @type {any} */ { id, data, selected }) {
  const builder = useBuilder();
  const run = useView((view) => view.runNodes[id]);
  const isFar = useView((view) => view.isFar);
  const dragged = useView((view) => view.dragged);
  const problems = useView((view) => countFor(view.problems, id) + countFor(view.refused, id));
  const { node, block, box } = data;
  const title = nodeTitle(node, block);
  const line = blockLine(block);
  const fits = (/** @type {Pin|null} */ pin, /** @type {boolean} */ isSource) =>
    dragged && pin && dragged.isSource !== isSource && dragged.nodeId !== id && isFitting(dragged, pin);
  const fitsAny =
    !dragged || dragged.nodeId === id || box.rows.some((/** @type {any} */ r) => fits(r.input, false) || fits(r.output, true));
  const open = () => builder.openWhileDragging(id);
  return html`<div
    className="node"
    data-status=${run?.status}
    data-selected=${selected || undefined}
    data-dim=${!fitsAny || undefined}
    data-sub=${block?.uiType === "Agent" || undefined}
    onPointerEnter=${open}
  >
    <div className="node-head">
      <${Glyph} name=${blockGlyph(block)} className="node-icon" />
      <div className="node-names">
        <div className="node-title" title=${title}>${title}</div>
        ${
          !isFar &&
          html`<div className="node-sub"><span className="node-block">${title === line ? "" : line}</span>${
            pinnedOutput(node) &&
            html`<${Glyph} name="pin" className="node-pin" /><span className="sr-only">${t("Pinned")}</span>`
          }${run?.status ? html`<${RunMark} run=${run} />` : html`<${PriceBadge} id=${id} />`}</div>`
        }
      </div>
    </div>
    ${isFar && html`<${FarPins} id=${id} handles=${box.handles} />`}
    ${
      !isFar &&
      box.rows.map(
        (/** @type {any} */ row, /** @type {number} */ i) =>
          html`<${PinRow} key=${i} row=${row} fitsIn=${fits(row.input, false)} fitsOut=${fits(row.output, true)} />`,
      )
    }
    ${
      !isFar &&
      (box.hidden > 0 || data.isOpen) &&
      html`<button type="button" className="node-more nodrag" title=${data.isOpen ? t("Show fewer pins") : t("Show all pins")}
        onClick=${(/** @type {any} */ e) => (e.stopPropagation(), builder.toggleOpen(id))}>
      ${data.isOpen ? t("Fewer") : `+${box.hidden}`}
    </button>`
    }
    ${
      problems > 0 &&
      html`<span className="node-problems"
      title=${`${problems} ${problems === 1 ? "problem" : "problems"}`}>${problems}</span>`
    }
    ${
      !isFar &&
      block?.uiType === "Agent" &&
      node.input_default.graph_id &&
      html`<a className="node-open nodrag"
      href=${paths.build(node.input_default.graph_id)} title=${t("Open the agent here (double click)")}
      onClick=${(/** @type {any} */ event) => goIntoHere(builder, event, node.input_default.graph_id)}>${t("Open agent")}</a>`
    }
    ${!isFar && run?.progress && html`<div className="node-progress" aria-hidden="true"><span>${run.progress.slice(-LAST_CHARS)}</span></div>`}
    ${!isFar && run?.status === "FAILED" && run.error && html`<${NodeError} id=${id} error=${run.error} />`}
  </div>`;
});

/** A plain click; with a key it is a link like any other. @param {any} builder @param {any} event @param {string} graphId */
function goIntoHere(builder, event, graphId) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  goInto(builder, graphId);
}

/** Why the node failed, and what can be done. @param {{id: string, error: string}} props */
function NodeError({ id, error }) {
  const builder = useBuilder();
  const act = (/** @type {() => any} */ run) => (/** @type {any} */ event) => (event.stopPropagation(), run());
  const retry = () => (builder.select([id]), builder.actions.run("run-from"));
  return html`<div className="node-error nodrag" role="group" aria-label=${t("Error")}>
    <span className="node-error-text" title=${error}>${error}</span>
    <button type="button" onClick=${act(retry)}><${Glyph} name="redo" /> ${t("Retry node")}</button>
    <button type="button" onClick=${act(() => builder.openPanel(id, "output"))}>${t("Details")}</button>
  </div>`;
}

/** @param {import("./builder.js").Problem[]} problems @param {string} id */
function countFor(problems, id) {
  return problems.reduce((sum, problem) => sum + (problem.nodeId === id ? 1 : 0), 0);
}

/** @param {import("./builder.js").Dragged} dragged @param {Pin} pin @returns {boolean} */
function isFitting(dragged, pin) {
  return (dragged.isSource ? fit(dragged.pin, pin) : fit(pin, dragged.pin)).fits;
}

/** @param {{run: import("./run_control.js").NodeView|undefined}} props */
function RunMark({ run }) {
  if (!run?.status) return null;
  const look = statusLook(run.status);
  const took = run.status === "COMPLETED" || run.status === "FAILED" ? duration(run.tookMs) : "";
  return html`<span className="node-mark" title=${run.isReplayed ? t("{word}: recorded outputs, not called", { word: look.word }) : look.word} data-replayed=${run.isReplayed || undefined}>
    ${run.count > 1 && html`<span className="node-count">×${number(run.count)}</span>`} ${took}
    <${Glyph} name=${look.icon} className=${`tone-${look.tone}`} />
    <span className="sr-only">${look.word}</span>
  </span>`;
}

/** @param {{row: import("./node_box.js").Row, fitsIn: any, fitsOut: any}} props */
function PinRow({ row, fitsIn, fitsOut }) {
  const { input, output, text } = row;
  return html`<div className="node-row">
    ${
      input &&
      html`<${PinDot} pin=${input} type="target" fits=${fitsIn} /><span className="pin-name"
      title=${input.label}>${input.label}</span>`
    }
    ${text !== null && html`<span className="pin-value">${text}</span>`}
    ${
      output &&
      html`<span className="pin-name pin-out" title=${output.label}>${output.label}</span><${PinDot} pin=${output}
      type="source" fits=${fitsOut} />`
    }
  </div>`;
}

/**
 * From far away the pins are only where links end: React Flow measures what it draws and would forget pins that are not there.
 * @param {{id: string, handles: any[]}} props
 */
function FarPins({ id, handles }) {
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

/** @param {{pin: Pin, type: "source"|"target", fits: any}} props */
function PinDot({ pin, type, fits }) {
  const side = type === "target" ? "left" : "right";
  return html`<${Handle}
    id=${pin.name}
    type=${type}
    position=${side}
    className=${`pin pin-${pin.kind} ${fits ? "pin-fits" : ""}`}
    role="img"
    aria-label=${`${type === "target" ? t("Input") : t("Output")} ${pin.label}, ${wordOf(pin)}`}
  />`;
}
