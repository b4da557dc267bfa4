/** A difference between two versions as lines that people read: what came, what went, what is another one now. */

import { html } from "../../vendor/react.js";
import { cut } from "../format.js";
import { plural, t } from "../messages.js";

/** @typedef {import("../api/versions.js").Difference} Difference */
/** @typedef {import("../api/versions.js").Change} Change */
/** @typedef {{sign: "+"|"−"|"~", what: string, changes?: Change[]}} Line */

const MOST_LINES = 150;
const MOST_CHARS = 160;
/** What has a name of its own in the builder. @type {Record<string, string>} */
const WORDS = { "metadata.customized_name": t("name"), "metadata.disabled": t("switched off") };

/** @param {{difference: Difference}} props */
export function DifferenceList({ difference }) {
  const lines = linesOf(difference);
  if (!lines.length)
    return html`<p className="muted">${t("Nothing that the agent does. At most places on the canvas differ.")}</p>`;
  const words = { "+": t("New"), "−": t("Gone"), "~": t("Changed") };
  const left = lines.length - MOST_LINES;
  return html`<ul className="diff">
    ${lines.slice(0, MOST_LINES).map(
      (line, i) => html`<li key=${i} data-sign=${line.sign}>
        <span className="diff-sign" aria-hidden="true">${line.sign}</span><span className="sr-only">${words[line.sign]}: </span>
        <span className="diff-what">${line.what}${(line.changes ?? []).map((one) => html`<${Values} key=${one.name} change=${one} />`)}</span>
      </li>`,
    )}
    ${left > 0 && html`<li className="muted">${plural(left, "and {n} more", "and {n} more")}</li>`}
  </ul>`;
}

/** @param {{change: Change}} props */
function Values({ change }) {
  return html`<span className="diff-change"><b>${WORDS[change.name] ?? change.name}</b> <del>${shown(change.before)}</del> <span aria-hidden="true">→</span> <ins>${shown(change.after)}</ins></span>`;
}

/** @param {any} value */
function shown(value) {
  if (value === null || value === undefined) return t("nothing");
  return cut(typeof value === "string" ? value : JSON.stringify(value), MOST_CHARS);
}

/** @param {Difference} difference @returns {string} */
export function countLine(difference) {
  const n = linesOf(difference).length;
  return n ? plural(n, "{n} change", "{n} changes") : t("no change");
}

/** @param {Difference} found @returns {Line[]} */
function linesOf({ fields, nodes, links, inputs, outputs }) {
  const node = (/** @type {any} */ one) => t("Node {name}", { name: one.name });
  const link = (/** @type {any} */ one) =>
    t("Link {source} {pin} → {sink} {sinkPin}", {
      source: one.source,
      pin: one.source_name,
      sink: one.sink,
      sinkPin: one.sink_name,
    });
  const input = (/** @type {string} */ name) => t("Input {name}", { name });
  const output = (/** @type {string} */ name) => t("Output {name}", { name });
  return [
    ...fields.map((change) => ({ sign: /** @type {const} */ ("~"), what: t("The agent"), changes: [change] })),
    ...signed(inputs, input, (/** @type {Change} */ one) => input(one.name)),
    ...signed(outputs, output, (/** @type {Change} */ one) => output(one.name)),
    ...signed(nodes, node, node),
    ...signed(links, link, (/** @type {any} */ one) =>
      one.is_static ? t("{link} keeps its value now", { link: link(one) }) : t("{link} moves its value now", { link: link(one) }),
    ),
  ];
}

/** @param {{added: any[], removed: any[], changed: any[]}} found @param {(one: any) => string} word @param {(one: any) => string} changedWord
 * @returns {Line[]} */
function signed({ added, removed, changed }, word, changedWord) {
  return [
    ...added.map((one) => ({ sign: /** @type {const} */ ("+"), what: word(one) })),
    ...removed.map((one) => ({ sign: /** @type {const} */ ("−"), what: word(one) })),
    ...changed.map((one) => ({ sign: /** @type {const} */ ("~"), what: changedWord(one), changes: one.changes ?? [] })),
  ];
}
