/** What the palette finds: commands, nodes, pages and runs to go to, blocks, agents, settings. */

import { runName } from "../run_name.js";
import { runLook } from "../status.js";
import { timeMs, when } from "../format.js";
import { blockLine, isNote, nodeTitle } from "../names.js";
import { PLACES } from "../pages.js";
import { go, paths } from "../router.js";
import { setTheme } from "../theme_choice.js";
import { t } from "../messages.js";
import { addNode } from "./add_block.js";
import { searchOffers } from "./block_search.js";
import { blockGlyph } from "./glyphs.js";

/** @typedef {{key: string, group: string, label: string, line: string, glyph: string, keys: string, run: () => void}} Entry */
/** @typedef {import("./block_search.js").Offer} Offer */
/** @typedef {{agents: any[], runs: any[]}} Known agents, and the newest runs, once they are loaded */

const MOST = 10;
const MOST_OF_ONE_KIND = 200;
const HIDDEN = new Set(["palette", "close", "open-form"]);

/** @param {any} builder @param {Offer[]} offers @param {Known} known @param {string} query @returns {Entry[]} */
export function findEntries(builder, offers, known, query) {
  const only = /^[>+@]/.exec(query)?.[0] ?? "";
  const text = query.slice(only.length).trim().toLowerCase();
  const pick = (/** @type {Entry[]} */ entries, /** @type {number} */ most) => best(entries, text).slice(0, most);
  const blocks = () => searchOffers(offers, text, null).map((offer) => blockEntry(builder, offer));
  const commands = () => [...commandEntries(builder), ...comparison(builder, known.runs)];
  if (only === ">") return pick([...commands(), ...settingEntries()], MOST_OF_ONE_KIND);
  if (only === "@") return pick(nodeEntries(builder), MOST_OF_ONE_KIND);
  if (only === "+") return blocks().slice(0, MOST_OF_ONE_KIND);
  if (!text) return commandEntries(builder).slice(0, MOST);
  const found = [
    ...pick(commands(), 5),
    ...pick(nodeEntries(builder), 2),
    ...pick(placeEntries(builder, known), 2),
    ...blocks().slice(0, 3),
    ...pick(agentEntries(builder, known.agents), 2),
    ...pick(settingEntries(), 2),
  ];
  return found.slice(0, MOST);
}

/** Those that hold every word, with the ones that begin like it in front. @param {Entry[]} entries @param {string} text */
function best(entries, text) {
  const words = text.split(/\s+/);
  const has = (/** @type {Entry} */ { label, line }) => words.every((word) => `${label} ${line}`.toLowerCase().includes(word));
  const rank = (/** @type {Entry} */ { label }) =>
    label.toLowerCase().startsWith(text) ? 0 : label.toLowerCase().includes(text) ? 1 : 2;
  return entries.filter(has).sort((a, b) => rank(a) - rank(b));
}

/** @param {any} builder @returns {Entry[]} */
function commandEntries(builder) {
  return [...builder.actions.all.values()]
    .filter((action) => !HIDDEN.has(action.id))
    .map((action) => ({
      ...action,
      key: action.id,
      group: t("This agent"),
      line: "",
      run: () => builder.actions.run(action.id),
    }));
}

/** @param {any} builder @returns {Entry[]} */
function nodeEntries(builder) {
  return builder.doc.now.nodes.map((/** @type {any} */ node) => {
    const block = builder.catalog.get(node.block_id);
    const label = isNote(block)
      ? String(node.input_default.text ?? "").slice(0, 60) || t("An empty note")
      : nodeTitle(node, block);
    const run = () => builder.reveal(node.id);
    return { key: node.id, group: t("Nodes here"), label, line: blockLine(block), glyph: blockGlyph(block), keys: "", run };
  });
}

/** The newest run beside the one before it. @param {any} builder @param {any[]} runs @returns {Entry[]} */
function comparison({ saved }, runs) {
  const [last, before] = runs.filter((run) => run.graph_id === saved?.id);
  if (!before) return [];
  const label = t("Compare run {last} with {before}", { last: last.number, before: before.number });
  const run = () => go(paths.compare(before, last));
  return [{ key: "compare", group: t("This agent"), label, line: "", glyph: "compare", keys: "", run }];
}

/** @param {any} builder @param {Known} known @returns {Entry[]} */
function placeEntries({ saved }, { runs, agents }) {
  const group = t("Go to");
  const entry = (
    /** @type {string} */ key,
    /** @type {string} */ label,
    /** @type {string} */ line,
    /** @type {string} */ to,
  ) => {
    return { key: `go ${key}`, group, label, line, glyph: "chevron", keys: "", run: () => go(to) };
  };
  const isOwn = (/** @type {any} */ run) => run.graph_id === saved?.id;
  const shown = [...runs.filter(isOwn).slice(0, 5), ...runs.filter((run) => !isOwn(run)).slice(0, 20)];
  const nameOf = (/** @type {any} */ run) =>
    isOwn(run) ? "" : (agents.find((graph) => graph.id === run.graph_id)?.name ?? t("A deleted agent"));
  return [
    ...PLACES.map((place) => entry(place.href, place.label, "", place.href)),
    ...shown.map((run) => {
      const line = [nameOf(run), when(timeMs(run.started_at)), runLook(run).word].filter(Boolean).join(", ");
      return entry(run.id, runName(run), line, paths.run(run.graph_id, run.id));
    }),
  ];
}

/** @param {any} builder @param {Offer} offer @returns {Entry} */
function blockEntry(builder, offer) {
  const run = () => addNode(builder, offer.block.id, builder.camera.freePlace(), null, offer.inputs);
  const { key, title: label, line } = offer;
  return { key, group: t("Blocks"), label, line, glyph: blockGlyph(offer.block), keys: "", run };
}

/** @param {any} builder @param {any[]} agents @returns {Entry[]} */
function agentEntries({ saved }, agents) {
  return agents
    .filter((graph) => graph.id !== saved?.id)
    .map((graph) => {
      const run = () => go(paths.build(graph.id));
      return {
        key: `agent ${graph.id}`,
        group: t("Agents"),
        label: graph.name,
        line: graph.description,
        glyph: "agent",
        keys: "",
        run,
      };
    });
}

/** @returns {Entry[]} */
function settingEntries() {
  const group = t("Settings");
  const areLettersOn = localStorage.getItem("letter-keys") !== "off";
  const entry = (/** @type {string} */ key, /** @type {string} */ label, /** @type {() => void} */ run) => {
    return { key: `setting ${key}`, group, label, line: "", glyph: "tidy", keys: "", run };
  };
  return [
    entry("light", t("Light colours"), () => setTheme("light")),
    entry("dark", t("Dark colours"), () => setTheme("dark")),
    entry("system", t("Colours as the system has them"), () => setTheme("system")),
    entry("letters", areLettersOn ? t("Switch single letters off as keys") : t("Switch single letters on as keys"), () =>
      localStorage.setItem("letter-keys", areLettersOn ? "off" : "on"),
    ),
  ];
}
