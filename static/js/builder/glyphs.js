/** The builder's icons: strokes on a 24 px grid, in the colour of the text around them. */

import { html } from "../../vendor/react.js";

/** @type {Record<string, string>} */
const PATHS = {
  agent: "M7 8h10a3 3 0 0 1 3 3v5a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3v-5a3 3 0 0 1 3-3ZM12 4v4M9 13v1M15 13v1",
  alert: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 8v5M12 16v.1",
  ban: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM6 6l12 12",
  calculate: "M6 4h12v16H6ZM9 8h6M9 12h1M14 12h1M9 16h1M14 16h1",
  check: "M5 12.5 9.5 17 19 7.5",
  chevron: "m9 6 6 6-6 6",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 7.5V12l3 2",
  compare:
    "M6 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM6 9v10M18 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM18 15V8a2 2 0 0 0-2-2h-4M14 3.500 11.500 6 14 8.500",
  copied: "M9 9h11v11H9ZM15 9V4H4v11h5M12 14.5l2 2 3.500-3.500",
  copy: "M9 9h11v11H9ZM15 9V4H4v11h5",
  cross: "M6 6l12 12M18 6 6 18",
  data: "M8 4c-2 0-3 1-3 3v2c0 2-1 3-2 3 1 0 2 1 2 3v2c0 2 1 3 3 3M16 4c2 0 3 1 3 3v2c0 2 1 3 2 3-1 0-2 1-2 3v2c0 2-1 3-3 3",
  dots: "M5 12v.1M12 12v.1M19 12v.1",
  expand: "M14 5h5v5M10 19H5v-5M19 5l-6 6M5 19l6-6",
  fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  hand: "M12 21a8 8 0 0 1-7-5l-1-3 2-1 2 2V6a1.5 1.5 0 0 1 3 0v4V4.5a1.5 1.5 0 0 1 3 0V10V6a1.5 1.5 0 0 1 3 0v8a7 7 0 0 1-5 7Z",
  input: "M9 4H5v16h4M13 8l4 4-4 4M17 12H9",
  left: "m15 6-6 6 6 6",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.700l1-1",
  list: "M5 6h5v4H5ZM14 8h6M5 14h5v4H5ZM14 16h6",
  logic: "M6 4v6a4 4 0 0 0 4 4h8M14 10l4 4-4 4M6 14v6",
  minus: "M5 12h14",
  node: "M5 5h14v14H5ZM5 10h14",
  note: "M5 4h14v10l-6 6H5ZM19 14h-6v6",
  output: "M15 4h4v16h-4M9 8l-4 4 4 4M5 12h10",
  pin: "M9 4h6M10 4v6l-3 4h10l-3-4V4M12 14v6.500",
  play: "M8 5.5v13l10.5-6.5Z",
  plus: "M12 5v14M5 12h14",
  redo: "M19 9H9a5 5 0 0 0 0 10h3M15 5l4 4-4 4",
  running: "M12 3.5a8.5 8.5 0 1 0 8.5 8.5",
  save: "M5 4h11l3 3v13H5ZM8 4v5h7V4M8 20v-6h8v6",
  search: "M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM16 16l4.5 4.5",
  sparkle: "M12 3l2 6 6 2-6 2-2 6-2-6-6-2 6-2ZM19 3v3M20.5 4.5h-3",
  square: "M6 6h12v12H6Z",
  text: "M5 7V5h14v2M12 5v14M9 19h6",
  tidy: "M4 5h6v5H4ZM14 5h6v5h-6ZM14 15h6v5h-6ZM10 7.5h4M7 10v7.5h7",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  unstarted: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z",
  undo: "M5 9h10a5 5 0 0 1 0 10h-3M9 5 5 9l4 4",
  unlink: "M9 15l6-6M6.5 11.5l-2 2a4 4 0 0 0 5.7 5.700l1.5-1.5M17.5 12.5l2-2a4 4 0 0 0-5.7-5.700L12.3 6.3",
  waiting: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z",
};

/** @param {{name: string, className?: string}} props */
export function Glyph({ name, className = "" }) {
  return html`<svg className=${`icon icon-${name} ${className}`} viewBox="0 0 24 24" aria-hidden="true">
    <path d=${PATHS[name] ?? PATHS.node} />
  </svg>`;
}

/** @type {Record<string, string>} */
const BY_CATEGORY = {
  AI: "sparkle",
  TEXT: "text",
  LOGIC: "logic",
  DATA: "data",
  INPUT: "input",
  OUTPUT: "output",
  AGENT: "agent",
};

/** @param {import("../types.js").Block|undefined} block @returns {string} the name of a block's picture */
export function blockGlyph(block) {
  if (block?.uiType === "Input") return "input";
  if (block?.uiType === "Output") return "output";
  if (block?.uiType === "Agent") return "agent";
  if (block?.uiType === "Note") return "note";
  const known = categoriesOf(block).find((category) => BY_CATEGORY[category]);
  return known ? BY_CATEGORY[known] : "node";
}

/** @param {import("../types.js").Block|undefined} block @returns {string[]} */
export function categoriesOf(block) {
  return (block?.categories ?? []).map((one) => (typeof one === "string" ? one : one.category));
}
