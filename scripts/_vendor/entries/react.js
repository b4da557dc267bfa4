// React with htm: html`<${Component} name="x" />` instead of JSX, so that our modules need no build step.
import htm from "htm";
import { createElement } from "react";

export {
  createContext,
  createElement,
  Fragment,
  memo,
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
export { createRoot } from "react-dom/client";
export const html = htm.bind(createElement);
