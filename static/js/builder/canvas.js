/** The canvas: nodes and links, dragging, selecting, linking. */

import { Background, ReactFlow, applyNodeChanges } from "../../vendor/flow.js";
import { html, useCallback, useEffect, useMemo, useRef } from "../../vendor/react.js";
import { toast, toastError } from "../toast.js";
import { BlockNode } from "./block_node.js";
import { GRID } from "./builder.js";
import { goInto } from "./crumbs.js";
import { dragSoon } from "./early_drag.js";
import { makeFlowEdges } from "./flow_nodes.js";
import { useBuilder, useDraft, useView } from "./hooks.js";
import { LinkEdge } from "./link_edge.js";
import { Coming } from "./later.js";
import { MiniMap } from "./mini_map.js";
import { selectFocused } from "./node_focus.js";
import { NoteNode } from "./note_node.js";
import { contextMenu, dragMarks, addBlock, linkEnds, linkHint } from "./parts.js";
import { t } from "../messages.js";

const NODE_TYPES = { block: BlockNode, note: NoteNode };
const EDGE_TYPES = { link: LinkEdge };
/** Below these zooms less of a node can be read. @type {[number, import("./builder.js").Zoom][]} */
const ZOOMS = [
  [0.15, "block"],
  [0.35, "far"],
  [0.6, "middle"],
];
export const BLOCK_MIME = "application/x-autogpt-block";

export function Canvas() {
  const builder = useBuilder();
  const nodes = useView((view) => view.flowNodes);
  const selectedLinks = useView((view) => view.selectedLinks);
  const isDragged = useView((view) => view.dragged !== null);
  const zoom = useView((view) => view.zoom);
  const isReady = useView((view) => view.isReady);
  const draft = useDraft((state) => state);
  // Not from `nodes`: those change with every step of a drag, and no link depends on where a node stands.
  const edges = useMemo(
    () => makeFlowEdges(draft, builder.state.flowNodes, selectedLinks),
    [draft.links, draft.nodes, selectedLinks],
  );
  const handlers = useMemo(() => makeHandlers(builder), [builder]);
  const box = useRef(/** @type {any} */ (null));
  useEffect(() => {
    const note = (/** @type {PointerEvent} */ event) => (builder.lastPointer = { x: event.clientX, y: event.clientY });
    const press = (/** @type {PointerEvent} */ event) => (builder.isAltDown = event.altKey);
    const gone = new AbortController();
    box.current.addEventListener("pointermove", note, { signal: gone.signal });
    // Before React Flow takes the press for itself.
    box.current.addEventListener("pointerdown", press, { signal: gone.signal, capture: true });
    selectFocused(builder, box.current, gone.signal);
    return () => gone.abort();
  }, [builder]);
  const onDrop = useCallback(
    (/** @type {any} */ event) => builder.actions.waitFor(dropBlock(builder, event).catch(toastError)),
    [builder],
  );
  const { canDrag } = builder;
  return html`<div className="build-canvas" ref=${box} data-linking=${isDragged || undefined} data-zoom=${zoom} aria-busy=${!isReady}
    onDrop=${onDrop} onDragOver=${allowDrop} onDragLeave=${() => addBlock.now?.markLink(null)}>
    <${ReactFlow}
      nodes=${nodes}
      edges=${edges}
      nodeTypes=${NODE_TYPES}
      edgeTypes=${EDGE_TYPES}
      ...${handlers}
      onlyRenderVisibleElements
      disableKeyboardA11y
      nodesDraggable=${canDrag}
      nodesConnectable=${canDrag}
      edgesFocusable=${canDrag}
      minZoom=${0.05}
      maxZoom=${2}
      snapToGrid
      snapGrid=${[GRID, GRID]}
      nodeDragThreshold=${4}
      connectionRadius=${26}
      connectOnClick=${false}
      selectionOnDrag=${canDrag}
      selectionMode="partial"
      panOnDrag=${canDrag ? [1] : true}
      panOnScroll=${canDrag}
      multiSelectionKeyCode=${["Shift", "Control", "Meta"]}
      selectionKeyCode=${null}
      deleteKeyCode=${null}
      elevateNodesOnSelect=${false}
      proOptions=${{ hideAttribution: true }}
    >
      <${Background} gap=${24} size=${2} />
    <//>
    <${MiniMap} />
    <${DragMarks} /><${LinkMarks} />
  </div>`;
}

function DragMarks() {
  const isShown = useView((view) => view.guides.length + view.ghosts.length > 0);
  return isShown && html`<${Coming} part=${dragMarks} name="DragMarks" />`;
}

/** What is said while a link is drawn, and asked after it. */
function LinkMarks() {
  const isAsked = useView((view) => Boolean(view.dragged || view.linking || view.pinChoice));
  return isAsked && html`<${Coming} part=${linkHint} name="LinkMarks" />`;
}

/** @param {import("./builder.js").Builder} builder */
function makeHandlers(builder) {
  return {
    onInit: (/** @type {any} */ flow) => {
      builder.flow = flow;
      void Promise.resolve(builder.camera.showFirst()).then(() => builder.set({ isReady: true }));
    },
    onNodesChange: (/** @type {any[]} */ changes) => takeNodeChanges(builder, changes),
    onEdgesChange: (/** @type {any[]} */ changes) => takeEdgeChanges(builder, changes),
    onNodeClick: (/** @type {any} */ event, /** @type {any} */ node) => openClicked(builder, event, node),
    onNodeDoubleClick: (/** @type {any} */ _, /** @type {any} */ node) => openTwiceClicked(builder, node),
    onNodeContextMenu: (/** @type {any} */ event, /** @type {any} */ node) =>
      openContextMenu(builder, event, "openNodeMenu", node.id),
    onEdgeContextMenu: (/** @type {any} */ event, /** @type {any} */ edge) =>
      openContextMenu(builder, event, "openLinkMenu", edge.id),
    onSelectionContextMenu: (/** @type {any} */ event, /** @type {any[]} */ nodes) =>
      openContextMenu(builder, event, "openNodeMenu", nodes[0]?.id),
    onPaneContextMenu: (/** @type {any} */ event) => openContextMenu(builder, event, "openCanvasMenu"),
    onPaneClick: () => builder.set({ panel: builder.state.panel?.kind === "node" ? null : builder.state.panel, menu: null }),
    onMove: (/** @type {any} */ _, /** @type {{zoom: number}} */ { zoom }) => {
      const step = ZOOMS.find(([below]) => zoom < below)?.[1] ?? "near";
      if (step !== builder.state.zoom) builder.set({ zoom: step });
    },
    isValidConnection: (/** @type {any} */ c) => builder.refusal(c.source, c.sourceHandle, c.target, c.targetHandle) === "",
    onConnectStart: (/** @type {any} */ _, /** @type {any} */ { nodeId, handleId, handleType }) =>
      builder.set({
        dragged: { nodeId, pin: builder.pin(handleType, nodeId, handleId), isSource: handleType === "source" },
        menu: null,
      }),
    onConnect: (/** @type {any} */ c) => builder.connect(c.source, c.sourceHandle, c.target, c.targetHandle),
    onConnectEnd: (/** @type {any} */ event, /** @type {any} */ state) => endConnection(builder, event, state),
  };
}

/** @param {any} builder @param {any} event @param {"openNodeMenu"|"openLinkMenu"|"openCanvasMenu"} kind @param {string} [id] */
async function openContextMenu(builder, event, kind, id = "") {
  event.preventDefault();
  const anchor = event.target.closest?.(".react-flow__node, .react-flow__edge") ?? document.querySelector(".build-canvas");
  const at = { x: event.clientX, y: event.clientY };
  const menus = await contextMenu();
  menus[kind](builder, anchor, at, id);
}

/** @param {any} builder @param {any} event @param {any} node */
function openClicked(builder, event, node) {
  if (event.shiftKey || event.ctrlKey || event.metaKey || node.type === "note") return;
  builder.openPanel(node.id);
}

/** An agent opens in place, anything else its form. @param {any} builder @param {any} node */
function openTwiceClicked(builder, node) {
  const { block, node: own } = node.data;
  if (block?.uiType === "Agent" && own.input_default.graph_id) goInto(builder, own.input_default.graph_id);
  else if (node.type === "block") builder.openPanel(node.id);
}

/** @param {import("./builder.js").Builder} builder @param {any[]} changes */
function takeNodeChanges(builder, changes) {
  // Sizes are ours (node_box.js); what React Flow measures can only repeat them.
  const selected = changes.filter((change) => change.type === "select");
  const moved = changes.filter((change) => change.type === "position" && change.position);
  if (moved.length) dragSoon(/** @type {any} */ (builder), moved, selected);
  else if (selected.length) builder.set({ flowNodes: applyNodeChanges(selected, builder.state.flowNodes) });
}

/** @param {import("./builder.js").Builder} builder @param {any[]} changes */
function takeEdgeChanges(builder, changes) {
  const selected = new Set(builder.state.selectedLinks);
  for (const change of changes) {
    if (change.type !== "select") continue;
    if (change.selected) selected.add(change.id);
    else selected.delete(change.id);
  }
  builder.set({ selectedLinks: selected });
}

/** @param {any} builder @param {any} event @param {any} state */
function endConnection(builder, event, state) {
  const { dragged } = builder.state;
  builder.set({ dragged: null });
  builder.closeOpened();
  if (!dragged || state.isValid) return;
  const { clientX: x, clientY: y } = event.changedTouches?.[0] ?? event;
  const hovered = document.elementFromPoint(x, y)?.closest(".react-flow__node");
  const nodeId = state.toNode?.id ?? hovered?.getAttribute("data-id");
  if (!nodeId) return openMenuAt(builder, { x, y }, dragged);
  const end = (/** @type {typeof import("./link_ends.js")} */ { linkToBody, refusalOf }) => {
    if (state.toHandle && state.toNode?.id !== dragged.nodeId)
      return toast(refusalOf(builder, dragged, state.toHandle), { isError: true });
    linkToBody(builder, dragged, nodeId, { x, y });
  };
  builder.actions.waitFor(linkEnds().then(end).catch(toastError));
}

/** @param {import("./builder.js").Builder} builder @param {{x: number, y: number}} screen @param {any} from */
export function openMenuAt(builder, screen, from = null) {
  builder.set({ menu: { screen, at: builder.flow?.screenToFlowPosition(screen) ?? screen, from } });
}

/** @param {any} event */
function allowDrop(event) {
  if (!event.dataTransfer.types.includes(BLOCK_MIME)) return;
  event.preventDefault();
  const { now } = addBlock;
  now?.markLink(now.linkAt(event.clientX, event.clientY));
}

/** @param {import("./builder.js").Builder} builder @param {any} event */
async function dropBlock(builder, event) {
  const text = event.dataTransfer.getData(BLOCK_MIME);
  if (!text) return;
  event.preventDefault();
  const { blockId, inputs } = JSON.parse(text);
  const at = builder.flow.screenToFlowPosition({ x: event.clientX - 108, y: event.clientY - 25 });
  builder.set({ menu: null });
  const { addNode, insertOnLink, linkAt, markLink } = await addBlock();
  markLink(null);
  const link = linkAt(event.clientX, event.clientY)?.getAttribute("data-id");
  if (link && insertOnLink(builder, link, blockId, at, inputs)) return;
  addNode(builder, blockId, at, null, inputs);
}
