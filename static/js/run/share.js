/**
 * A run as one HTML file to give to others: no script in it, nothing that it loads, and the values of secrets masked wherever they
 * stand. It is made here, of what the page shows already: the server needs to know nothing of it.
 */

import { whole } from "../api/values.js";
import { CutValue } from "../cut_value.js";
import { duration, exactTime, number, timeMs } from "../format.js";
import { t } from "../messages.js";
import { runLook, statusLook } from "../status.js";
import { bytesOf } from "../save_file.js";
import { valueText } from "../value_actions.js";
import { valueWords } from "../value_line.js";
import { isSafePicture } from "./image_size.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {import("../run_state.js").RunState} RunState */
/** @typedef {Map<string, import("../types.js").Block>} Catalog */

const MASK = "••••••••";
const SECRET_NAME = /password|passwd|passphrase|secret|credential|api_?key|access_?key|private_?key|authorization|cookie|token/i;
const MOST_VALUE_BYTES = 5_000_000;
const SHORTEST_SECRET = 4; // shorter ones would be found in every word

/** Images that say nothing to anybody when they are shown: a data address loads nothing. SVG may hold scripts. */
const IMAGE = /^data:image\/(png|jpeg|gif|webp|avif);base64,[\w+/=\s]+$/;

const STYLE = `:root{color-scheme:light dark}body{max-width:880px;margin:40px auto;padding:0 20px;font:14px/1.6 system-ui,sans-serif}
h1{font-size:22px;margin-bottom:4px}h2{font-size:16px;margin-top:28px}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.5 ui-monospace,monospace}
dt{font-weight:600}dd{margin:0 0 12px}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:4px 10px 4px 0;border-bottom:1px solid #8884;
vertical-align:top;overflow-wrap:anywhere}td.n{text-align:right;white-space:nowrap}img{max-width:100%}footer{margin-top:32px;opacity:.7}`;

/** @param {Graph} graph @param {Catalog} catalog @param {RunState} state @param {(nodeId: string) => string} titleOf @returns {Promise<string>} */
export async function shareFile(graph, catalog, state, titleOf) {
  if (!state.run) return "";
  const run = { ...state.run, ...(await wholeEnough(state.run)) };
  const mask = await masker(graph, catalog, state, run.inputs);
  const secretInputs = new Set(
    Object.keys(run.inputs ?? {}).filter((name) => isSecret(name, graph.input_schema?.properties?.[name])),
  );
  const inputs = Object.entries(run.inputs ?? {}).map(([name, value]) => [name, [secretInputs.has(name) ? MASK : value]]);
  const start = timeMs(run.started_at);
  const about = [runLook(run).word, exactTime(start), duration(timeMs(run.ended_at) - start)].filter(Boolean).join(", ");
  const body = [
    `<h1>${escape(mask(graph.name))}</h1><p>${escape(about)}</p>`,
    `<h2>${escape(t("Outputs"))}</h2>${pinList(Object.entries(run.outputs ?? {}), mask)}`,
    `<h2>${escape(t("Inputs"))}</h2>${pinList(/** @type {[string, any[]][]} */ (inputs), mask)}`,
    `<h2>${escape(t("Nodes"))}</h2>${nodeTable(state, titleOf, mask)}`,
    `<footer>${escape(t("Made by autogpt_lite. Values of secrets are masked."))}</footer>`,
  ];
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width"><title>${escape(mask(graph.name))}</title><style>${STYLE}</style></head>
<body>${body.join("\n")}</body></html>
`;
}

/**
 * Every text that was given to a secret field, so that it is masked in outputs and messages as well.
 * @param {Graph} graph @param {Catalog} catalog @param {RunState} state @param {Record<string, any>} inputs @returns {Promise<(value: any) => any>}
 */
async function masker(graph, catalog, state, inputs) {
  /** @type {Set<string>} */
  const secrets = new Set();
  const note = (/** @type {any} */ value) => {
    for (const text of textsIn(value)) if (text.length >= SHORTEST_SECRET) secrets.add(text);
  };
  for (const [name, value] of Object.entries(inputs))
    if (isSecret(name, graph.input_schema?.properties?.[name])) note(await whole(value));
  for (const execution of state.byId.values()) {
    const schema = catalog.get(execution.block_id)?.inputSchema?.properties ?? {};
    for (const [pin, value] of Object.entries(execution.input_data ?? {}))
      if (isSecret(pin, schema[pin])) note(await whole(value));
  }
  // The longest first: one may be a part of another.
  const ordered = [...secrets].sort((a, b) => b.length - a.length);
  return (value) => maskIn(value, ordered);
}

/** @param {string} name @param {Record<string, any>|undefined} schema @returns {boolean} */
function isSecret(name, schema) {
  if (schema?.secret || schema?.format === "password") return true;
  return SECRET_NAME.test(name) && !/^(max|min)?_?tokens?$|token_count|max_tokens/i.test(name);
}

/** @param {import("../types.js").GraphExecution} run @returns {Promise<{inputs: Record<string, any>, outputs: Record<string, any[]>}>} whole but for what is too large */
async function wholeEnough(run) {
  const fetched = async (/** @type {any} */ value) =>
    value instanceof CutValue && value.sizeBytes > MOST_VALUE_BYTES ? value : whole(value);
  const outputs = Object.entries(run.outputs ?? {}).map(async ([name, values]) => [name, await Promise.all(values.map(fetched))]);
  const inputs = Object.entries(run.inputs ?? {}).map(async ([name, value]) => [name, await fetched(value)]);
  return { inputs: Object.fromEntries(await Promise.all(inputs)), outputs: Object.fromEntries(await Promise.all(outputs)) };
}

/** @param {any} value @returns {string[]} texts and numbers, also those inside */
function textsIn(value) {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  return value && typeof value === "object" ? Object.values(value).flatMap(textsIn) : [];
}

/** @param {any} value @param {string[]} secrets @returns {any} */
function maskIn(value, secrets) {
  if (typeof value === "string") return secrets.reduce((text, secret) => text.replaceAll(secret, MASK), value);
  // Its end may be the beginning of a secret.
  if (value instanceof CutValue) return `${maskIn(value.head.slice(0, -(secrets[0]?.length ?? 0) || undefined), secrets)}…`;
  if (typeof value === "number") return secrets.includes(String(value)) ? MASK : value;
  if (Array.isArray(value)) return value.map((item) => maskIn(item, secrets));
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [maskIn(key, secrets), maskIn(item, secrets)]));
}

/** @param {[string, any[]][]} pins @param {(value: any) => any} mask @returns {string} */
function pinList(pins, mask) {
  if (!pins.length) return `<p>${escape(t("None."))}</p>`;
  const rows = pins.map(
    ([name, values]) => `<dt>${escape(mask(name))}</dt>${values.map((value) => `<dd>${valueHtml(mask(value))}</dd>`).join("")}`,
  );
  return `<dl>${rows.join("")}</dl>`;
}

/** @param {string} value */
function isPicture(value) {
  const bytes = IMAGE.test(value) ? bytesOf(value) : null;
  return bytes !== null && isSafePicture(value.slice(5, value.indexOf(";")), bytes);
}

/** @param {any} value @returns {string} */
function valueHtml(value) {
  if (typeof value === "string" && isPicture(value)) return `<img alt="" src="${escape(value)}">`;
  return `<pre>${escape(valueText(value))}</pre>`;
}

/** @param {RunState} state @param {(nodeId: string) => string} titleOf @param {(value: any) => any} mask @returns {string} */
function nodeTable(state, titleOf, mask) {
  const rows = [...state.groups.values()].map((group) => {
    const failed = group.list.find((execution) => execution.status === "FAILED");
    const why = failed ? `: ${valueWords(failed.output_data?.error?.[0] ?? "")}` : "";
    const times = group.list.length > 1 ? `×${number(group.list.length)}` : "";
    const cells = [titleOf(group.nodeId), `${statusLook(group.status).word}${why}`, times];
    const took = duration(group.endMs - group.startMs);
    return `<tr>${cells.map((cell) => `<td>${escape(mask(cell))}</td>`).join("")}<td class="n">${escape(took)}</td></tr>`;
  });
  return `<table><tbody>${rows.join("")}</tbody></table>`;
}

/** @param {any} text @returns {string} */
function escape(text) {
  return String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
