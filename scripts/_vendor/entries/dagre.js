import dagre from "@dagrejs/dagre";

export const { Graph, layout } = { Graph: dagre.graphlib.Graph, layout: dagre.layout };
