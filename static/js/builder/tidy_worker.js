/** The layout itself: dagre, left to right. */

import { Graph, layout } from "../../vendor/dagre.js";

addEventListener("message", (event) => {
  const { sizes, ends } = event.data;
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 32, ranksep: 72, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of sizes) graph.setNode(id, { width, height });
  for (const [source, sink] of ends) {
    if (source !== sink && graph.hasNode(source) && graph.hasNode(sink)) graph.setEdge(source, sink);
  }
  layout(graph);
  postMessage(
    sizes.map((/** @type {any} */ { id, width, height }) => {
      const { x, y } = graph.node(id);
      return [id, { x: x - width / 2, y: y - height / 2 }];
    }),
  );
});
