/** The pages' icons: our own drawings on a 24 px grid, in the colour of the text around them. */

import { svg } from "./dom.js";

/** @type {Record<string, [string, Record<string, any>][]>} */
const SHAPES = {
  again: [["path", { d: "M4 4v4.5h4.5M4.6 8.5A8 8 0 1 1 4 12" }]],
  alert: [["path", { d: "M12 4 2.8 19.5h18.4ZM12 10v4.5M12 17v.1" }]],
  archive: [["path", { d: "M4 5h16v4H4ZM5.5 9v10h13V9M10 13h4" }]],
  arrow: [["path", { d: "M5 12h14M13 6l6 6-6 6" }]],
  blocks: [
    ["rect", { x: 4, y: 4, width: 7, height: 7, rx: 1.5 }],
    ["rect", { x: 13, y: 13, width: 7, height: 7, rx: 1.5 }],
    ["rect", { x: 4, y: 13, width: 7, height: 7, rx: 1.5 }],
    ["path", { d: "M16.5 4v7M13 7.5h7" }],
  ],
  check: [["path", { d: "M5 12.5 9.5 17 19 7.5" }]],
  chevron: [["path", { d: "m9 6 6 6-6 6" }]],
  clock: [
    ["circle", { cx: 12, cy: 12, r: 9 }],
    ["path", { d: "M12 7v5l3 2" }],
  ],
  copy: [
    ["rect", { x: 9, y: 9, width: 11, height: 11, rx: 2 }],
    ["path", { d: "M15 9V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h3" }],
  ],
  costs: [
    ["circle", { cx: 9, cy: 9, r: 5.5 }],
    ["path", { d: "M16.8 10.2a5.5 5.5 0 1 1-6.6 6.6M9 6.8v4.4M7.8 7.6h2" }],
  ],
  cross: [["path", { d: "M6 6l12 12M18 6 6 18" }]],
  dots: [["path", { d: "M5.5 12v.1M12 12v.1M18.5 12v.1", "stroke-width": 3 }]],
  download: [["path", { d: "M12 4v11M8 11l4 4 4-4M4 15v3.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V15" }]],
  expand: [["path", { d: "M14 5h5v5M10 19H5v-5M19 5l-6 6M5 19l6-6" }]],
  file: [["path", { d: "M14 3H7a1.5 1.5 0 0 0-1.5 1.5v15A1.5 1.5 0 0 0 7 21h10a1.5 1.5 0 0 0 1.5-1.5V7.5ZM14 3v4.5h4.5" }]],
  folder: [
    [
      "path",
      { d: "M3.5 18V6.5A1.5 1.5 0 0 1 5 5h4.2l2 2.5H19A1.5 1.5 0 0 1 20.5 9v9a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18Z" },
    ],
  ],
  hand: [
    [
      "path",
      {
        d: "M8 12V6.5a1.5 1.5 0 0 1 3 0V11m0-1V4.5a1.5 1.5 0 0 1 3 0V11m0-.5V6a1.5 1.5 0 0 1 3 0v8a6 6 0 0 1-6 6h-.5a6 6 0 0 1-4.7-2.3L4.6 14a1.6 1.6 0 0 1 2.5-2L8 13",
      },
    ],
  ],
  key: [
    ["circle", { cx: 8, cy: 16, r: 4 }],
    ["path", { d: "m11 13 8.5-8.5M15.5 8.5 18.5 11.5" }],
  ],
  leave: [["path", { d: "M14 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20H14M10 12h10M16.5 8.5 20 12l-3.5 3.5" }]],
  left: [["path", { d: "m15 6-6 6 6 6" }]],
  library: [["path", { d: "M5 5v14M9 5v14M13 5v14M16.5 6 20 19" }]],
  link: [["path", { d: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1-1" }]],
  more: [["path", { d: "M4 7h16M4 12h16M4 17h16" }]],
  pencil: [["path", { d: "M4 20l1-4.5L16 4.500l3.500 3.500L8.500 19 4 20ZM13.500 7l3.500 3.500" }]],
  pause: [["path", { d: "M8 5v14M16 5v14" }]],
  pointer: [["path", { d: "M9 9l4.5 11 2-4.5 4.5-2ZM5.5 5.5 7 7M4 10h2M10 4v2M14.5 5.5 13 7M5.5 14.5 7 13" }]],
  play: [["path", { class: "filled", d: "M8 5.2v13.6a.6.6 0 0 0 .9.5l11-6.8a.6.6 0 0 0 0-1l-11-6.8a.6.6 0 0 0-.9.5Z" }]],
  plus: [["path", { d: "M12 5v14M5 12h14" }]],
  running: [["path", { d: "M12 3.5a8.5 8.5 0 1 0 8.5 8.5" }]],
  runs: [["path", { d: "M3 12h4l3-8 4 16 3-8h4" }]],
  search: [
    ["circle", { cx: 11, cy: 11, r: 6.5 }],
    ["path", { d: "m16 16 4.5 4.5" }],
  ],
  schedules: [
    ["path", { d: "M20 11V7a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2h5M4 9.5h16M8 3v4M16 3v4" }],
    ["circle", { cx: 17, cy: 17, r: 4 }],
    ["path", { d: "M17 15v2.2l1.4.8" }],
  ],
  settings: [
    ["circle", { cx: 12, cy: 12, r: 3 }],
    [
      "path",
      {
        d: "M12 3.5v2.5M12 18v2.5M3.5 12H6M18 12h2.5M6 6l1.8 1.8M16.2 16.2 18 18M18 6l-1.8 1.8M7.8 16.2 6 18",
      },
    ],
  ],
  skip: [["path", { d: "M6 5l9 7-9 7ZM18 5v14" }]],
  square: [["rect", { x: 5, y: 5, width: 14, height: 14, rx: 2 }]],
  star: [["path", { d: "m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8Z" }]],
  starred: [["path", { class: "filled", d: "m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8Z" }]],
  stop: [["rect", { class: "filled", x: 6, y: 6, width: 12, height: 12, rx: 2 }]],
  system: [
    ["rect", { x: 4, y: 4, width: 16, height: 7, rx: 2 }],
    ["rect", { x: 4, y: 13, width: 16, height: 7, rx: 2 }],
    ["path", { d: "M7.5 7.5v.1M7.5 16.5v.1" }],
  ],
  theme: [
    ["circle", { cx: 12, cy: 12, r: 8.5 }],
    ["path", { class: "filled", d: "M12 3.5a8.5 8.5 0 0 1 0 17Z" }],
  ],
  triggers: [
    ["path", { d: "M9.5 9.3 6.6 14.5M14.2 9l2.7 5.1M9.5 17h5" }],
    ["circle", { cx: 12, cy: 6.5, r: 3 }],
    ["circle", { cx: 6, cy: 17, r: 3 }],
    ["circle", { cx: 18, cy: 17, r: 3 }],
  ],
  trash: [["path", { d: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5" }]],
  upload: [["path", { d: "M12 15V4M8 8l4-4 4 4M4 15v3.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V15" }]],
  waiting: [["circle", { cx: 12, cy: 12, r: 8.5, "stroke-dasharray": "3.2 3.5" }]],
};

/** @param {string} name @returns {[string, Record<string, any>][]} tags and their attributes */
export const shapesOf = (name) => SHAPES[name];

/** @param {keyof typeof SHAPES} name @param {string} [className] @returns {SVGElement} */
export function icon(name, className = "") {
  const shapes = shapesOf(name).map(([tag, props]) => svg(tag, props));
  return svg("svg", { class: `icon icon-${name} ${className}`.trim(), viewBox: "0 0 24 24", "aria-hidden": "true" }, shapes);
}
