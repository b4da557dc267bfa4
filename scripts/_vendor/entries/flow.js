export {
  applyNodeChanges,
  Background,
  BaseEdge,
  getBezierPath,
  Handle,
  ReactFlow,
  ReactFlowProvider,
  useConnection,
  useStore as useFlowStore,
} from "@xyflow/react";
