/** The place of the panel: its code, with the forms of all types of values, is loaded when it first opens. */

import { html, useEffect, useState } from "../../vendor/react.js";
import { loadStyles } from "../styles.js";
import { toastError } from "../toast.js";
import { useView } from "./hooks.js";

/** @returns {Promise<{PanelOfNow: any}>} */
export async function loadPanel() {
  const styles = loadStyles("fields.css", "build_versions.css", "build_outputs.css");
  const [panel] = await Promise.all([import("./panel.js"), styles]);
  return panel;
}

export function SidePanel() {
  const isOpen = useView((view) => view.panel !== null);
  const [found, setFound] = useState(/** @type {any} */ (null));
  useEffect(() => {
    if (isOpen && !found) loadPanel().then(setFound, (error) => toastError(error));
  }, [isOpen]);
  return found && isOpen && html`<${found.PanelOfNow} />`;
}

/**
 * Does something with a part of the panel as soon as it is there: the panel is drawn a moment after it is asked for, the first time
 * after its code has come. @param {string} selector @param {(element: HTMLElement) => void} act
 */
export function whenDrawn(selector, act) {
  const find = () => {
    const element = /** @type {HTMLElement|null} */ (document.querySelector(selector));
    if (element) (watch.disconnect(), act(element));
    return element !== null;
  };
  const watch = new MutationObserver(find);
  // Not at once: what is there now may be of the node before.
  setTimeout(() => find() || watch.observe(document.body, { childList: true, subtree: true }));
}
