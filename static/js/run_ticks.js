/** The last runs of something as bars: height and colour by what became of each. */

import { svg } from "./dom.js";
import { plural, t } from "./messages.js";

/** @typedef {import("./status.js").Look} Look */

const TICKS = 13;
const TALL = ["failed", "running", "wait"];

/** @param {Look[]} newestFirst as many as there are; the newest stands at the right @returns {SVGElement} */
export function runTicks(newestFirst) {
  const looks = newestFirst.slice(0, TICKS).reverse();
  const bars = Array.from({ length: TICKS }, (_, i) => {
    const look = looks[i - (TICKS - looks.length)];
    const height = !look ? 3 : TALL.includes(look.tone) ? 14 : 9;
    return svg("rect", { class: `tick tick-${look?.tone ?? "none"}`, x: i * 6, y: 14 - height, width: 4, height, rx: 1.5 });
  });
  const said = looks.length
    ? plural(looks.length, "Last run: {results}", "Last {n} runs: {results}", {
        results: looks.map((look) => look.word).join(", "),
      })
    : t("No runs yet");
  return svg(
    "svg",
    { class: "tick-row", viewBox: "0 0 76 14", width: 76, height: 14, role: "img", "aria-label": said },
    svg("title", null, said),
    bars,
  );
}
