/** Brings agents in: from files and by pasting their JSON; drops.js takes what is dropped. */

import { ApiError, createGraph } from "./api.js";
import { getAgentOfGraph, moveAgents } from "./api/library.js";
import { getReport } from "./api/reports.js";
import { loadCatalog } from "./catalog.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { askApproval } from "./import_report.js";
import { nodeTitle } from "./names.js";
import { go, paths } from "./router.js";
import { foreignKind } from "./foreign_files.js";
import { toast, toastError } from "./toast.js";
import { plural, t } from "./messages.js";

/** @typedef {import("./types.js").Graph} Graph */

/** Where agents go that come in: the folder that the library shows. */
let folderId = "";

/** @param {string} id of the folder, or "" @param {AbortSignal} signal until the page is left */
export function setImportFolder(id, signal) {
  folderId = id;
  signal.addEventListener("abort", () => (folderId = ""), { once: true });
}

/** A text that holds no agent. */
class NotAnAgentError extends Error {}

/** Opens the dialog with a place to drop, a file picker and a field to paste into. */
export function openImport() {
  const picker = h("input", { type: "file", accept: ".json,application/json", multiple: true, hidden: true });
  const area = h("textarea", {
    class: "input code",
    rows: 6,
    spellcheck: "false",
    "aria-label": t("JSON of the agent"),
    placeholder: t("or paste the JSON of an agent here"),
  });
  const choose = h(
    "button",
    { class: "button", type: "button", autofocus: true, on: { click: () => picker.click() } },
    icon("file"),
    t("Choose files"),
  );
  const drop = h("div", { class: "drop" }, h("p", null, t("Drop agent files anywhere on the page")), choose, picker);
  const add = h(
    "button",
    { class: "button filled", type: "button", on: { click: () => void importPasted(dialog, area.value) } },
    t("Import"),
  );
  const cancel = h("button", { class: "button quiet", type: "button", on: { click: () => dialog.close() } }, t("Cancel"));
  const dialog = openDialog(t("Import an agent"), drop, area, h("div", { class: "dialog-actions" }, cancel, add));
  dialog.classList.add("wide");
  picker.addEventListener("change", () => {
    dialog.close();
    void importFiles([...(picker.files ?? [])]);
  });
}

/** @param {HTMLDialogElement} dialog @param {string} text */
async function importPasted(dialog, text) {
  dialog.close();
  await importTexts([{ name: t("What was pasted"), text }]);
}

/** @param {File[]} files */
export async function importFiles(files) {
  await importTexts(await Promise.all(files.map(async (file) => ({ name: file.name, text: await file.text() }))));
}

/** @param {{name: string, text: string}[]} sources */
export async function importTexts(sources) {
  /** @type {Graph[]} */
  const added = [];
  for (const source of sources) {
    const graph = await importOne(source);
    if (graph) added.push(graph);
  }
  if (!added.length) return;
  for (const graph of added) {
    const report = await getReport(graph.id);
    if (report.needs_approval) await askApproval(report);
  }
  if (folderId) await putInFolder(added, folderId).catch((error) => toastError(error, t("It is not in the folder")));
  toast(plural(added.length, "“{name}” is in the library.", "{n} agents are in the library.", { name: added[0].name }));
  if (added.length === 1) go(paths.agent(added[0].id));
  // The library is not drawn anew: what somebody types there meanwhile stays.
  else if (location.pathname === paths.library()) dispatchEvent(new Event("agents-changed"));
  else go(paths.library());
}

/** @param {Graph[]} graphs @param {string} id */
async function putInFolder(graphs, id) {
  const agents = await Promise.all(graphs.map((graph) => getAgentOfGraph(graph.id)));
  await moveAgents(
    agents.map((agent) => agent.id),
    id,
  );
}

/** @param {{name: string, text: string}} source @param {boolean} [keepsUnknown] @returns {Promise<Graph|null>} */
async function importOne({ name, text }, keepsUnknown = false) {
  let graph;
  try {
    graph = readAgent(text);
    return await createGraph(graph, "upload", keepsUnknown);
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof NotAnAgentError)) throw error;
    if (error instanceof ApiError && error.status === 401) return null;
    return (await showRefusal(name, graph, error)) ? importOne({ name, text }, true) : null;
  }
}

/** @param {string} text @returns {any} */
function readAgent(text) {
  let value;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new NotAnAgentError(t("It is not JSON: {reason}", { reason: error instanceof Error ? error.message : error }));
  }
  const foreign = foreignKind(value);
  if (foreign) {
    const why = t(
      "This is a {tool} file. {tool}'s steps are other programs than AutoGPT's blocks, so it cannot be imported; build it anew in the builder.",
      { tool: foreign },
    );
    throw new NotAnAgentError(why);
  }
  const graph = value?.graph ?? value;
  if (!Array.isArray(graph?.nodes)) throw new NotAnAgentError(t("It is JSON, but not an agent: an agent has a list of nodes."));
  return graph;
}

/**
 * Says why. Where all that is wrong are blocks that this server does not have, the agent may come in all the same.
 * @param {string} name @param {any} graph @param {Error} error @returns {Promise<boolean>} whether it is to be imported with them
 */
async function showRefusal(name, graph, error) {
  const catalog = await loadCatalog().catch(() => new Map());
  const nodeErrors = error instanceof ApiError ? error.nodeErrors : {};
  const problems = problemLines(nodeErrors, graph, catalog);
  const hint = error instanceof ApiError && error.hint ? h("p", { class: "dialog-text" }, error.hint) : null;
  const body = problems.length
    ? h(
        "ul",
        { class: "problems" },
        problems.map((line) => h("li", null, line)),
      )
    : h("p", { class: "dialog-text" }, error.message);
  const unknown = problems.length && onlyUnknownBlocks(nodeErrors) ? Object.keys(nodeErrors).length : 0;
  return askAfterRefusal(t("{name} was not imported", { name }), unknown, [body, hint]);
}

/** @param {Record<string, Record<string, string>>} nodeErrors @returns {boolean} */
function onlyUnknownBlocks(nodeErrors) {
  return Object.values(nodeErrors).every((fields) => Object.keys(fields).every((field) => field === "block_id"));
}

/** @param {string} title @param {number} unknown nodes that may come along @param {any[]} body @returns {Promise<boolean>} */
function askAfterRefusal(title, unknown, body) {
  return new Promise((resolve) => {
    const press = (/** @type {string} */ answer) => ({ click: () => dialog.close(answer) });
    const close = h("button", { class: "button", type: "button", autofocus: true, on: press("") }, t("Close"));
    const anyway = h("button", { class: "button filled", type: "button", on: press("yes") }, t("Import it without them"));
    const about = plural(
      unknown,
      "Everything else can be imported. That node stays in its place and does not run; the builder shows it.",
      "Everything else can be imported. These {n} nodes stay in their places and do not run; the builder shows them.",
    );
    const dialog = openDialog(
      title,
      body,
      unknown ? h("p", { class: "dialog-text" }, about) : null,
      h("div", { class: "dialog-actions" }, close, unknown ? anyway : null),
    );
    dialog.classList.add("wide");
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"));
  });
}

/**
 * @param {Record<string, Record<string, string>>} nodeErrors @param {any} graph @param {Map<string, any>} catalog
 * @returns {string[]}
 */
export function problemLines(nodeErrors, graph, catalog) {
  const nodes = new Map((graph?.nodes ?? []).map((/** @type {any} */ node) => [node.id, node]));
  return Object.entries(nodeErrors).flatMap(([id, fields]) => {
    const node = nodes.get(id);
    const title = node ? nodeTitle(node, catalog.get(node.block_id)) : id ? t("A node") : t("The agent");
    return Object.entries(fields).map(([field, message]) => `${title}${field ? `, ${field}` : ""}: ${message}`);
  });
}
