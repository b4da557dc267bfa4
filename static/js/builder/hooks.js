/** How a component gets at the builder that it belongs to. */

import { createContext, useContext } from "../../vendor/react.js";
import { useStore } from "../../vendor/state.js";

/** @typedef {import("./builder.js").Builder} Builder */

export const BuilderContext = createContext(/** @type {any} */ (null));

/** @returns {Builder & {control: import("./run_control.js").RunControl, actions: import("./actions.js").Actions}} */
export const useBuilder = () => useContext(BuilderContext);

/** @template T @param {(view: import("./builder.js").View) => T} select @returns {T} */
export const useView = (select) => useStore(useBuilder().view, select);

/** @template T @param {(draft: import("./document.js").Draft) => T} select @returns {T} */
export const useDraft = (select) => useStore(useBuilder().doc.store, select);

/** @template T @param {(history: any) => T} select @returns {T} */
export const useHistory = (select) => useStore(useBuilder().doc.store.temporal, select);
