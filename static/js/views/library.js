/** The library: every agent with its graph in small, what it does now, and what its last runs came to. */

import { countAgents, listAgents, listCards, listFolders } from "../api/library.js";
import { listCredentials } from "../api/credentials.js";
import { isFirstStart } from "../api/welcome.js";
import { loadCatalog } from "../catalog.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { openImport, setImportFolder } from "../import_agent.js";
import { openAgentMenu } from "../library/agent_menu.js";
import { AgentCard } from "../library/card.js";
import { emptyLibrary, nothingLikeIt } from "../library/empty.js";
import { Examples } from "../library/examples.js";
import { Filters, queryOf, readWanted, writeWanted } from "../library/filters.js";
import { NeedsYou } from "../library/needs_you.js";
import { t } from "../messages.js";
import { button, pageHead } from "../page_head.js";
import { paths, replace } from "../router.js";
import { loadStyles } from "../styles.js";
import { toastError } from "../toast.js";

/** @typedef {import("../api/library.js").LibraryAgent} LibraryAgent */

const PAGE_SIZE = 48;
const SEARCH_AFTER_MS = 150;
const REFRESH_MS = 3000;
const REFRESH_ALL_MS = 20_000;
const CHANGES = ["runs-changed", "agents-changed"];

/** @type {import("../pages.js").View} */
export async function showLibrary(main, place, signal) {
  // In the place of this page, so that going back does not come here again.
  if (!place.query.size && (await isFirstStart())) return replace(paths.welcome());
  const [catalog, credentials] = await Promise.all([loadCatalog(), listCredentials().catch(() => []), loadStyles("library.css")]);
  if (signal.aborted) return;
  const page = new LibraryPage(catalog, credentials, readWanted(place.query), signal);
  await page.load();
  if (signal.aborted) return;
  fill(main, page.element);
  page.watch();
}

class LibraryPage {
  /**
   * @param {Map<string, import("../types.js").Block>} catalog @param {import("../api/credentials.js").Credentials[]} credentials
   * @param {import("../library/filters.js").Wanted} wanted @param {AbortSignal} signal
   */
  constructor(catalog, credentials, wanted, signal) {
    this.catalog = catalog;
    this.credentials = credentials;
    this.wanted = wanted;
    this.signal = signal;
    /** @type {Map<string, AgentCard>} */
    this.cards = new Map();
    this.shown = 0;
    this.total = 0;
    this.asked = 0;
    /** @type {import("../api/library.js").Folder[]} */
    this.folders = [];
    this.changed = () => void this.load().catch((error) => toastError(error));
    this.filters = new Filters(wanted, this.changed);
    this.needs = new NeedsYou(this.changed);
    this.list = h("ul", { class: "cards", "aria-label": t("Agents") });
    this.more = h("button", { class: "button library-more", type: "button", hidden: true }, t("Show more"));
    this.more.addEventListener("click", () => void this.#showMore());
    this.none = h("div");
    this.examples = new Examples(catalog);
    this.body = h("div", null, this.filters.element, this.needs.element, this.list, this.none, this.more);
    this.element = h("div", null, this.#head(), this.body);
  }

  #head() {
    const search = h("input", {
      class: "input",
      type: "search",
      placeholder: t("Search agents"),
      "aria-label": t("Search agents"),
      ".value": this.wanted.search,
    });
    let timer = 0;
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => ((this.wanted.search = search.value.trim()), this.changed()), SEARCH_AFTER_MS);
    });
    this.search = search;
    const create = h(
      "a",
      { class: "button filled wide-label", href: paths.build(), "aria-label": t("New agent") },
      icon("plus"),
      h("span", { class: "button-label" }, t("New agent")),
    );
    const field = h("div", { class: "search library-search" }, icon("search"), search);
    return pageHead({ title: t("Library"), actions: [field, button(t("Import"), "upload", openImport, "wide-label"), create] });
  }

  /** Draws the list anew, as far as it is shown. */
  async load() {
    if (this.signal.aborted) return; // what was typed last comes after a moment: the address is another page's by then
    writeWanted(this.wanted);
    setImportFolder(this.wanted.folder, this.signal);
    const turn = (this.asked += 1);
    const size = Math.min(100, Math.max(PAGE_SIZE, this.shown));
    const [page, counts, folders] = await Promise.all([
      listAgents({ ...queryOf(this.wanted), page: 1, page_size: size }),
      countAgents(),
      listFolders(),
      this.needs.load(),
    ]);
    // What was asked for later is answered, or will be.
    if (turn !== this.asked || this.signal.aborted) return;
    this.folders = folders;
    this.total = page.pagination.total_items;
    this.filters.show(counts, folders);
    const elements = page.agents.map((agent) => this.#cardOf(agent).element);
    this.list.replaceChildren(...elements);
    this.shown = elements.length;
    const isEmpty = counts.all + counts.archived === 0;
    this.filters.element.hidden = isEmpty;
    if (isEmpty) await this.examples.load().catch(() => {}); // an offer only
    if (turn !== this.asked || this.signal.aborted) return;
    fill(
      this.none,
      elements.length ? null : isEmpty ? emptyLibrary(this.examples.element) : nothingLikeIt(this.wanted, () => this.#showAll()),
    );
    this.more.hidden = this.shown >= this.total;
    await this.#loadCards(page.agents.map((agent) => agent.graph_id));
  }

  async #showMore() {
    const wanted = { ...this.wanted };
    const page = await listAgents({
      ...queryOf(wanted),
      page: Math.floor(this.shown / PAGE_SIZE) + 1,
      page_size: PAGE_SIZE,
    });
    if (JSON.stringify(wanted) !== JSON.stringify(this.wanted)) return; // they belong to another list than the one that shows
    const known = new Set([...this.list.children]);
    const fresh = page.agents.map((agent) => this.#cardOf(agent).element).filter((element) => !known.has(element));
    this.list.append(...fresh);
    this.shown = this.list.children.length;
    this.more.hidden = this.shown >= page.pagination.total_items || !page.agents.length;
    await this.#loadCards(page.agents.map((agent) => agent.graph_id));
  }

  #showAll() {
    Object.assign(this.wanted, { show: "", folder: "", search: "" });
    if (this.search) this.search.value = "";
    this.changed();
  }

  /** @param {LibraryAgent} agent */
  #cardOf(agent) {
    const onMenu = (/** @type {AgentCard} */ one, /** @type {HTMLElement} */ anchor) =>
      one.agent && openAgentMenu(one.agent, anchor, this.folders, this.changed);
    const card = this.cards.get(agent.graph_id) ?? new AgentCard(this.catalog, onMenu, this.changed);
    this.cards.set(agent.graph_id, card);
    card.showAgent(agent, this.credentials);
    return card;
  }

  /** @param {string[]} graphIds @returns {Promise<boolean>} whether a run has come or gone */
  async #loadCards(graphIds) {
    const before = graphIds.filter((id) => this.cards.get(id)?.isRunning).length;
    for (let i = 0; i < graphIds.length; i += PAGE_SIZE) {
      for (const card of await listCards(graphIds.slice(i, i + PAGE_SIZE))) this.cards.get(card.graph_id)?.showCard(card);
      if (this.signal.aborted) return false;
    }
    return before !== graphIds.filter((id) => this.cards.get(id)?.isRunning).length;
  }

  /** Follows what runs, and looks at the whole list now and then: a schedule starts runs that this page knows nothing of. */
  watch() {
    const follow = async () => {
      const running = [...this.cards.values()].filter((card) => card.isRunning).map((card) => card.agent?.graph_id ?? "");
      if (!document.hidden && running.length && (await this.#loadCards(running))) await this.load();
    };
    const timer = setInterval(() => void follow().catch(() => {}), REFRESH_MS);
    const slow = setInterval(() => document.hidden || this.load().catch(() => {}), REFRESH_ALL_MS);
    const seen = new IntersectionObserver(([entry]) => entry.isIntersecting && !this.more.hidden && void this.#showMore());
    seen.observe(this.more);
    for (const event of CHANGES) addEventListener(event, this.changed);
    this.signal.addEventListener("abort", () => {
      clearInterval(timer);
      clearInterval(slow);
      seen.disconnect();
      for (const event of CHANGES) removeEventListener(event, this.changed);
    });
  }
}
