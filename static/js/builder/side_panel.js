/** The place of the panel: its code, with the forms of all types of values, is loaded when it first opens. */

import { html } from "../../vendor/react.js";
import { useBuilder, useView } from "./hooks.js";
import { Coming } from "./later.js";
import { panel } from "./parts.js";

export function SidePanel() {
  const builder = useBuilder();
  const isOpen = useView((view) => view.panel !== null);
  const close = () => builder.set({ panel: null });
  return isOpen && html`<${Coming} part=${panel} name="PanelOfNow" onFailure=${close} />`;
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
