/** The head of an agent's page: its name, what it is for, and the tabs, each with an address of its own. */

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { saveAgent } from "../library/agent_menu.js";
import { plural, t } from "../messages.js";
import { button, pageHead, whileBusy } from "../page_head.js";
import { paths } from "../router.js";
import { textsForm } from "./texts.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {{name: string, label: string}} Tab */

/** @param {Graph} graph @param {Tab[]} tabs @param {string} current @param {HTMLElement|null} strip what stands above the tabs @param {() => void} reopen */
export function agentHead(graph, tabs, current, strip, reopen) {
  const actions = [
    h("a", { class: "button", href: paths.build(graph.id) }, t("Edit")),
    button(
      t("Export"),
      "download",
      (b) => void whileBusy(b, t("Exporting"), () => saveAgent(graph.id, graph.name)),
      "wide-label",
    ),
  ];
  const version = h("span", { class: "muted" }, t("Version {version}", { version: graph.version }));
  const title = graph.name || t("Agent without a name");
  const texts = [graph.description, graph.instructions].map((text) => text?.trim()).filter(Boolean);
  const about = h(
    "div",
    { class: "about" },
    texts.map((text) => h("p", { title: text }, text)),
  );
  const place = h("div", null, texts.length ? about : null);
  const edit = button(t("Rename"), "pencil", () => editTexts(), "quiet square small");
  edit.setAttribute("aria-label", t("Change the name and description"));
  edit.title = t("Change the name and description");
  const editTexts = () => {
    const show = (/** @type {any} */ content) => (
      fill(place, content),
      (edit.hidden = content !== (texts.length ? about : null))
    );
    const form = textsForm(graph, reopen, () => (show(texts.length ? about : null), edit.focus()));
    show(form.element);
    form.focus();
  };
  return [
    pageHead({ title, crumbs: [[t("Library"), paths.library()]], beside: [edit, version], actions }),
    place,
    missingBlocks(graph),
    strip,
    tabBar(graph, tabs, current),
  ];
}

/** @param {Graph} graph @param {Tab[]} tabs @param {string} current */
function tabBar(graph, tabs, current) {
  const build = h("a", { class: "tab", href: paths.build(graph.id) }, t("Build"));
  const links = tabs.map(({ name, label }) => {
    const href = name === tabs[0].name ? paths.agent(graph.id) : paths.agentTab(graph.id, name);
    return h("a", { class: "tab", href, "aria-current": name === current ? "page" : null }, label);
  });
  return h("nav", { class: "tabs", "aria-label": t("About this agent") }, build, links);
}

/** @param {Graph} graph */
function missingBlocks(graph) {
  const count = graph.missing_blocks?.length ?? 0;
  if (!count) return null;
  const text = t(
    "It can be looked at and exported. Runs are refused until the blocks are in a folder that `blocks.paths` names in config.toml.",
  );
  const title = plural(count, "This server lacks a block of this agent", "This server lacks {n} blocks of this agent");
  const lines = h(
    "div",
    { class: "banner-text" },
    h("h2", null, title),
    h("p", null, text),
    h("p", { class: "mono" }, graph.missing_blocks?.join(", ")),
  );
  return h("section", { class: "card banner missing" }, h("div", { class: "banner-icon tone-wait" }, icon("alert")), lines);
}
