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
/** React with htm: html`<${Component} name="x" />` instead of JSX. */
export function html(strings: TemplateStringsArray, ...values: any[]): any;
