export {
  applyNodeChanges,
  Background,
  BaseEdge,
  getBezierPath,
  Handle,
  MiniMap,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useConnection,
  useReactFlow,
  useStore as useFlowStore,
} from "@xyflow/react";
