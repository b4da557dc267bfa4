/** Linking without a mouse: the pin, then where it goes, then Enter. Each step is said. */

import { t } from "../messages.js";
import { focusNode } from "./node_focus.js";
import { fit, pinsOf, takesLinks } from "./pins.js";

/** @typedef {import("./builder.js").Builder} Builder */
/** @typedef {import("./builder.js").Dragged} End */
/** @typedef {{ends: End[], index: number, from: End|null}} Linking `ends`: what can be chosen; `from`: the first end, once it is chosen */

/** @param {Builder} builder @param {string|undefined} nodeId */
export function beginLinking(builder, nodeId) {
  if (!nodeId) return builder.say(t("Select one node first: the arrows go from node to node."));
  const ends = [...endsOf(builder, nodeId, true), ...endsOf(builder, nodeId, false)];
  if (!ends.length) return builder.say(t("This node has no pins."));
  show(builder, { ends, index: 0, from: null });
}

/** @param {Builder} builder @param {KeyboardEvent} event @returns {boolean} whether it was for linking */
export function pressWhileLinking(builder, event) {
  const linking = /** @type {Linking} */ (builder.state.linking);
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === "Escape") stop(builder, t("Nothing is linked."));
  else if (event.key === "Enter") choose(builder, linking);
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") step(builder, linking, event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === "ArrowRight" || event.key === "ArrowLeft") hop(builder, linking, event.key === "ArrowRight" ? 1 : -1);
  else return event.key.length === 1;
  return true;
}

/** @param {Builder} builder @param {Linking} linking @param {number} by */
function step(builder, linking, by) {
  const { length } = linking.ends;
  show(builder, { ...linking, index: (linking.index + by + length) % length });
}

/** To the first pin of the next node. @param {Builder} builder @param {Linking} linking @param {number} by */
function hop(builder, linking, by) {
  const nodes = [...new Set(linking.ends.map((end) => end.nodeId))];
  const at = nodes.indexOf(linking.ends[linking.index].nodeId);
  const wanted = nodes[(at + by + nodes.length) % nodes.length];
  show(builder, { ...linking, index: linking.ends.findIndex((end) => end.nodeId === wanted) });
}

/** @param {Builder} builder @param {Linking} linking */
function choose(builder, { ends, index, from }) {
  const end = ends[index];
  if (from) return link(builder, from, end);
  const fitting = endsFor(builder, end);
  if (!fitting.length) return builder.say(t("No pin of another node takes {pin}.", { pin: end.pin.label }));
  show(builder, { ends: fitting, index: 0, from: end });
}

/** @param {Builder} builder @param {End} one @param {End} other */
function link(builder, one, other) {
  const [source, sink] = one.isSource ? [one, other] : [other, one];
  builder.connect(source.nodeId, source.pin.name, sink.nodeId, sink.pin.name);
  stop(builder, t("Linked: {link}.", { link: linkName(builder, source, sink) }));
  builder.select([sink.nodeId]);
  focusNode(sink.nodeId);
}

/** @param {Builder} builder @param {Linking} linking */
function show(builder, linking) {
  const end = linking.ends[linking.index];
  builder.set({ linking, dragged: linking.from ?? end, menu: null });
  builder.camera.keepInSight(end.nodeId);
  builder.say(sentence(builder, linking));
}

/** @param {Builder} builder @param {string} words */
function stop(builder, words) {
  builder.set({ linking: null, dragged: null });
  builder.say(words);
}

/** @param {Builder} builder @param {Linking} linking @returns {string} */
export function sentence(builder, { ends, index, from }) {
  const end = ends[index];
  const place = t("{i} of {n}", { i: index + 1, n: ends.length });
  if (!from) {
    const kind = end.isSource ? t("Output") : t("Input");
    return t("Link from: {kind} {pin}, {place}. Arrows choose, Enter takes it, Esc leaves.", { kind, pin: end.pin.label, place });
  }
  const name = from.isSource ? linkName(builder, from, end) : linkName(builder, end, from);
  return t("{link}, {place}. Arrows choose, Enter links, Esc leaves.", { link: name, place });
}

/** @param {Builder} builder @param {End} source @param {End} sink @returns {string} */
function linkName(builder, source, sink) {
  return t("{source}, {pin} to {sink}, {sinkPin}", {
    source: builder.titleOf(source.nodeId),
    pin: source.pin.label,
    sink: builder.titleOf(sink.nodeId),
    sinkPin: sink.pin.label,
  });
}

/** @param {Builder} builder @param {string} nodeId @param {boolean} isSource @returns {End[]} the pin of errors last */
function endsOf(builder, nodeId, isSource) {
  const node = builder.doc.node(nodeId);
  const block = builder.blockOf(nodeId);
  if (!node || (!isSource && !takesLinks(block))) return [];
  const { inputs, outputs } = pinsOf(node, block);
  const pins = (isSource ? outputs : inputs).filter((pin) => !pin.schema.hidden && pin.kind !== "key");
  const isError = (/** @type {any} */ pin) => Number(pin.name === "error");
  const order = [...pins].sort(
    (a, b) => isError(a) - isError(b) || Number(Boolean(a.schema.advanced)) - Number(Boolean(b.schema.advanced)),
  );
  return order.map((pin) => ({ nodeId, pin, isSource }));
}

/** @param {Builder} builder @param {End} from @returns {End[]} what it can be linked with, the nearest node first */
function endsFor(builder, from) {
  const place = new Map(builder.state.flowNodes.map((node) => [node.id, node.position]));
  const start = place.get(from.nodeId) ?? { x: 0, y: 0 };
  const far = (/** @type {string} */ id) => Math.hypot((place.get(id)?.x ?? 0) - start.x, (place.get(id)?.y ?? 0) - start.y);
  const others = builder.doc.now.nodes.map((node) => node.id).filter((id) => id !== from.nodeId);
  const fits = (/** @type {End} */ end) => (from.isSource ? fit(from.pin, end.pin) : fit(end.pin, from.pin)).fits;
  return others.sort((a, b) => far(a) - far(b)).flatMap((id) => endsOf(builder, id, !from.isSource).filter(fits));
}
