/** The pages' icons, for editors that are drawn by React. */

import { html } from "../../vendor/react.js";
import { shapesOf } from "../icons.js";

/** @param {{name: string}} props */
export function Glyph({ name }) {
  return html`<svg className=${`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
    ${shapesOf(name).map(([tag, props], i) => html`<${tag} key=${i} ...${props} />`)}
  </svg>`;
}
