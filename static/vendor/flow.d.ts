export * from "@xyflow/react";
export { useStore as useFlowStore } from "@xyflow/react";
// Else the name means the type of a handle, which another module of the package has.
export const Handle: typeof import("@xyflow/react").Handle;
