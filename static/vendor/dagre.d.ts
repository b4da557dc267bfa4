export { graphlib, layout } from "@dagrejs/dagre";
import { graphlib } from "@dagrejs/dagre";
export const Graph: typeof graphlib.Graph;
