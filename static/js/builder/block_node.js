/** A node on the canvas: title, block, status, and its pins with the values that stand on it. */

import { html, memo } from "../../vendor/react.js";
import { blockLine, isOff, nodeTitle } from "../names.js";
import { paths } from "../router.js";
import { hasEnded as isEnded } from "../status.js";
import { goInto } from "./crumbs.js";
import { Glyph, blockGlyph } from "./glyphs.js";
import { useBuilder, useView } from "./hooks.js";
import { FarPins, PinRow } from "./node_pins.js";
import { Coming } from "./later.js";
import { NodeEdge } from "./node_width.js";
import { nodeRun, runPrice } from "./parts.js";
import { pinnedOutput } from "./pinned_outputs.js";
import { isFitting } from "./pins.js";
import { plural, t } from "../messages.js";

/** @typedef {import("./pins.js").Pin} Pin */

/** React Flow gives a node its place as well, in every frame of a drag: nothing in it depends on that.
 * @param {any} before @param {any} now @returns {boolean} */
export const looksTheSame = (before, now) => before.data === now.data && before.selected === now.selected;

export const BlockNode = memo(function BlockNode(/** @type {any} */ { id, data, selected }) {
  const builder = useBuilder();
  const run = useView((view) => view.runNodes[id]);
  const isFar = useView((view) => view.zoom === "far" || view.zoom === "block");
  const dragged = useView((view) => view.dragged);
  const { node, block, box } = data;
  const title = nodeTitle(node, block);
  const line = blockLine(block);
  const isDisabled = isOff(node);
  const isCutOff = useView((view) => view.cutOff.has(id));
  const fits = (/** @type {Pin|null} */ pin, /** @type {boolean} */ isSource) =>
    dragged && pin && dragged.isSource !== isSource && dragged.nodeId !== id && isFitting(dragged, pin);
  const fitsAny =
    !dragged || dragged.nodeId === id || box.rows.some((/** @type {any} */ r) => fits(r.input, false) || fits(r.output, true));
  const open = () => builder.openWhileDragging(id);
  const shown = html`<div className="node-head">
      <${Glyph} name=${blockGlyph(block)} className="node-icon" />
      <div className="node-names">
        <div className="node-title" title=${title}>${title}</div>
        ${
          !isFar &&
          html`<div className="node-sub"><span className="node-block">${title === line ? "" : line}</span><${Mark} id=${id} run=${run}
            isOff=${isDisabled} isCutOff=${isCutOff} needs=${data.into.size} /></div>`
        }
      </div>
    </div>
    ${
      isFar
        ? html`<${FarPins} id=${id} handles=${box.handles} />`
        : box.rows.map(
            (/** @type {any} */ row, /** @type {number} */ i) =>
              html`<${PinRow} key=${i} id=${id} row=${row} linkedIn=${data.into} linkedOut=${data.out}
          fitsIn=${fits(row.input, false)} fitsOut=${fits(row.output, true)} />`,
          )
    }`;
  return html`<div
    className="node"
    data-status=${run?.status}
    data-selected=${selected || undefined}
    data-dim=${!fitsAny || undefined}
    data-off=${isDisabled || undefined}
    data-cut-off=${isCutOff || undefined}
    data-sub=${block?.uiType === "Agent" || undefined}
    onPointerEnter=${open}
  >
    ${shown}
    ${!isFar && run?.status && html`<${Coming} part=${nodeRun} name="RunWords" id=${id} run=${run} />`}
    <${Badges} id=${id} node=${node} />
    ${!isFar && html`<${More} id=${id} box=${box} isOpen=${data.isOpen} />`}
    ${!isFar && block?.uiType === "Agent" && node.input_default.graph_id && html`<${OpenAgent} graphId=${node.input_default.graph_id} />`}
    ${!isFar && builder.canDrag && html`<${NodeEdge} id=${id} />`}
  </div>`;
}, looksTheSame);

/** What stands at the right of its second line: how it ran, or else what it costs.
 * @param {{id: string, run: import("./run_control.js").NodeView|undefined, isOff: boolean, isCutOff: boolean, needs: number}} props */
function Mark({ id, ...props }) {
  const price = useView((view) => view.price?.nodes[id]);
  const hasEnded = useView((view) => view.run !== null && isEnded(view.run.run.status));
  if (props.isOff || props.isCutOff || props.run?.status || hasEnded)
    return html`<${Coming} part=${nodeRun} name="RunMark" ...${props} />`;
  return price && html`<${Coming} part=${runPrice} name="PriceBadge" price=${price} />`;
}

/** @param {{id: string, node: import("../types.js").GraphNode}} props at the corner: a pinned output, and how many problems there are */
function Badges({ id, node }) {
  const count = useView((view) => problemsOf(view, id).length);
  const isWrong = useView((view) => problemsOf(view, id).some((problem) => !problem.isMissing));
  return html`<span className="node-badges">
    ${
      pinnedOutput(node) &&
      html`<span className="node-badge node-pinned" title=${t("Its output is pinned")}><${Glyph} name="pin" /><span
        className="sr-only">${t("Pinned")}</span></span>`
    }
    ${
      count > 0 &&
      html`<span className="node-badge node-problems" data-wrong=${isWrong || undefined}
        title=${plural(count, "{n} problem", "{n} problems")}>${count}</span>`
    }
  </span>`;
}

/** @type {import("./builder.js").Problem[]} */
const NONE = [];

/** @param {import("./builder.js").View} view @param {string} id @returns {import("./builder.js").Problem[]} */
function problemsOf({ problems, refused }, id) {
  if (!problems.length && !refused.length) return NONE;
  return [...refused, ...problems].filter((problem) => problem.nodeId === id);
}

/** @param {{id: string, box: import("./node_box.js").Box, isOpen: boolean}} props what opens the pins that do not show */
function More({ id, box, isOpen }) {
  const builder = useBuilder();
  if (!box.hidden && !isOpen) return null;
  const flip = (/** @type {any} */ event) => (event.stopPropagation(), builder.toggleOpen(id));
  return html`<button type="button" className="node-more nodrag" title=${isOpen ? t("Show fewer pins") : t("Show all pins")}
    onClick=${flip}>${isOpen ? t("Fewer") : `+${box.hidden}`}</button>`;
}

/** @param {{graphId: string}} props a plain click opens it here; with a key it is a link like any other */
function OpenAgent({ graphId }) {
  const builder = useBuilder();
  const open = (/** @type {any} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goInto(builder, graphId);
  };
  return html`<a className="node-open nodrag" href=${paths.build(graphId)} title=${t("Open the agent here (double click)")}
    onClick=${open}>${t("Open agent")}</a>`;
}
