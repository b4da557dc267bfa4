/** An agent as a card: its graph coloured by the last run, how that went, what comes next, and one button for what is due. */

import { serverNow, stopExecution } from "../api.js";
import { updateAgent } from "../api/library.js";
import { fill, h, setText } from "../dom.js";
import { clock, cut, duration, exactTime, number, timeMs, when, whenComing } from "../format.js";
import { drawMini } from "../graph_picture.js";
import { icon } from "../icons.js";
import { plural, t } from "../messages.js";
import { isNote } from "../names.js";
import { go, paths } from "../router.js";
import { runTicks } from "../run_ticks.js";
import { startGraph } from "../start_run.js";
import { hasEnded, runLook, statusIcon } from "../status.js";
import { toastError } from "../toast.js";
import { AGENT_TYPE, credits, monthName } from "./words.js";
import { missingKeys } from "./missing_keys.js";

/** @typedef {import("../api/library.js").LibraryAgent} LibraryAgent */
/** @typedef {import("../api/library.js").LibraryCard} LibraryCard */
/** @typedef {import("../api/library.js").CardRun} CardRun */
/** @typedef {Map<string, import("../types.js").Block>} Catalog */

export class AgentCard {
  /**
   * @param {Catalog} catalog @param {(card: AgentCard, anchor: HTMLElement) => void} onMenu @param {() => void} onChange
   */
  constructor(catalog, onMenu, onChange) {
    this.catalog = catalog;
    this.onChange = onChange;
    /** @type {LibraryAgent|null} */
    this.agent = null;
    /** @type {string[]} */
    this.missing = [];
    /** @type {LibraryCard|null} */
    this.card = null;
    /** What the picture shows now. */
    this.drawn = "";
    /** @type {CardRun[]} */
    this.runs = [];
    this.needsApproval = false;
    this.name = h("a", { class: "card-name" });
    this.last = h("p", { class: "card-line" });
    this.next = h("p", { class: "card-line card-next" });
    this.picture = h("div", { class: "card-picture", "aria-hidden": "true" });
    this.ticks = h("span", { class: "ticks" });
    this.cost = h("span", { class: "card-cost" });
    this.due = h("span", { class: "card-due" });
    this.star = h("button", { class: "card-star", type: "button", on: { click: () => void this.#toggleStar() } });
    this.more = h("button", { class: "card-more", type: "button", "aria-haspopup": "menu" }, icon("dots"));
    this.more.addEventListener("click", () => onMenu(this, this.more));
    this.element = h(
      "li",
      { class: "card agent-card", draggable: "true" },
      this.picture,
      h("div", { class: "card-corner" }, this.more, this.star),
      h("div", { class: "card-text" }, h("h2", null, this.name), this.last, this.next),
      h("div", { class: "card-foot" }, this.ticks, h("span", { class: "grow" }), this.cost, this.due),
    );
    this.element.addEventListener("dragstart", (event) => event.dataTransfer?.setData(AGENT_TYPE, this.agent?.id ?? ""));
  }

  /** @param {LibraryAgent} agent @param {import("../api/credentials.js").Credentials[]} stored */
  showAgent(agent, stored) {
    this.agent = agent;
    this.missing = missingKeys(agent, stored);
    const title = agent.name || t("Agent without a name");
    setText(this.name, title);
    this.name.href = paths.agent(agent.graph_id);
    this.element.title = agent.description ? cut(agent.description.trim(), 300) : "";
    this.more.setAttribute("aria-label", t("More about {name}", { name: title }));
    this.star.setAttribute("aria-pressed", String(agent.is_favorite));
    this.star.setAttribute("aria-label", t("Favourite: {name}", { name: title }));
    fill(this.star, icon(agent.is_favorite ? "starred" : "star"));
    this.#showNext();
    this.#showRuns();
  }

  /** @param {LibraryCard} card */
  showCard(card) {
    this.card = card;
    this.runs = card.runs;
    this.needsApproval = card.needs_approval;
    this.#showNext();
    const drawn = JSON.stringify(card.nodes) + card.links.length;
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      const nodes = card.nodes.map((node) => ({ ...node, input_default: {}, metadata: {} }));
      const graph = /** @type {any} */ ({ nodes, links: card.links });
      const statuses = new Map(card.nodes.map((node) => [node.id, node.status]));
      fill(this.picture, nodes.length ? drawMini(graph, this.catalog, statuses) : null);
    }
    const sum = { sum: credits(card.cost_this_month), month: monthName() };
    const said = t("{sum} in {month}", sum);
    setText(this.cost, card.cost_this_month ? said : "");
    this.#showRuns();
  }

  get isRunning() {
    return this.runs.some((run) => !hasEnded(run.status)) || this.agent?.activity === "running";
  }

  #showRuns() {
    const [last] = this.runs;
    const looks = this.runs.map((run) => runLook(withStats(run)));
    const far = this.#howFar();
    if (!last) fill(this.last, icon("waiting", "tone-quiet"), h("span", { class: "muted" }, t("Never run")));
    else {
      const look = looks[0];
      const href = paths.run(this.agent?.graph_id ?? "", last.id);
      fill(
        this.last,
        statusIcon(look),
        h("a", { class: `tone-${look.tone}`, href, title: last.error ?? "" }, lastLine(last, look, far)),
      );
    }
    fill(this.ticks, runTicks(looks));
    fill(this.due, this.#dueButton(last));
  }

  /** How far the last run is; of a very large graph the card knows too little. @returns {string} */
  #howFar() {
    const { nodes, n_nodes: total } = this.card ?? { nodes: [], n_nodes: 0 };
    if (!nodes.length || nodes.length < total) return "";
    const able = nodes.filter((node) => !isNote(this.catalog.get(node.block_id)));
    const failed = able.filter((node) => node.status === "FAILED").length;
    if (failed) return plural(failed, "{n} node failed", "{n} nodes failed");
    const done = able.filter((node) => hasEnded(node.status)).length;
    return t("{done} of {n} nodes", { done: number(done), n: number(able.length) });
  }

  #showNext() {
    const {
      next_scheduled_run: at,
      is_paused: isPaused,
      activity,
      has_external_trigger: waits,
    } = /** @type {LibraryAgent} */ (this.agent);
    const time = timeMs(at);
    const show = (/** @type {string} */ picture, /** @type {any} */ words) =>
      fill(this.next, icon(picture), h("span", null, words));
    if (this.needsApproval) return show("hand", t("Needs your approval"));
    if (isPaused) return show("pause", t("Paused"));
    if (at) return show("schedules", h("time", { title: exactTime(time) }, whenComing(time)));
    if (activity === "listening" || waits) return show("triggers", t("Starts by a trigger"));
    if (this.missing.length) return show("key", t("Needs a key"));
    return show("pointer", this.needsKey || this.agent?.execution_count ? t("Runs by hand") : t("Needs no key"));
  }

  get needsKey() {
    return Object.keys(this.agent?.credentials_input_schema?.properties ?? {}).length > 0;
  }

  /** @param {CardRun|undefined} last */
  #dueButton(last) {
    const agent = /** @type {LibraryAgent} */ (this.agent);
    const name = agent.name;
    if (agent.is_archived) {
      const press = () => void this.#change({ is_archived: false }, t("It was not restored"));
      return due(t("Restore"), t("Restore {name}", { name }), press);
    }
    if (last?.status === "REVIEW") return dueLink(t("Review"), t("Review {name}", { name }), paths.run(agent.graph_id, last.id));
    if (last && !hasEnded(last.status)) return square("stop", t("Stop {name}", { name }), "", () => void this.#stop(last));
    if (this.missing?.length)
      return dueLink(
        last?.status === "FAILED" ? t("Fix key") : t("Add key"),
        t("Add a key for {name}", { name }),
        paths.agent(agent.graph_id),
      );
    return square("play", t("Run {name}", { name }), "soft card-go", () => void this.#run());
  }

  /** Runs it at once where nothing has to be filled in. */
  async #run() {
    const agent = /** @type {LibraryAgent} */ (this.agent);
    const { properties = {}, required = [] } = agent.input_schema ?? {};
    if (required.some((name) => properties[name]?.default === undefined) || this.needsKey) return go(paths.agent(agent.graph_id));
    try {
      const graph = /** @type {any} */ ({ id: agent.graph_id, version: agent.graph_version });
      const runId = await startGraph(graph, {});
      if (runId) go(paths.run(agent.graph_id, runId));
    } catch (error) {
      toastError(error, t("It did not start"));
    }
  }

  /** @param {CardRun} run */
  async #stop(run) {
    await stopExecution(this.agent?.graph_id ?? "", run.id).catch((error) => toastError(error, t("It was not stopped")));
    this.onChange();
  }

  async #toggleStar() {
    await this.#change({ is_favorite: !this.agent?.is_favorite }, t("The star was not set"));
  }

  /** @param {Record<string, any>} change @param {string} failure */
  async #change(change, failure) {
    await updateAgent(this.agent?.id ?? "", change).catch((error) => toastError(error, failure));
    this.onChange();
  }
}

/** @param {CardRun} run */
function withStats(run) {
  return { status: run.status, stats: { node_error_count: run.node_error_count } };
}

/** @param {CardRun} run @param {import("../status.js").Look} look @param {string} far @returns {string} */
function lastLine(run, look, far) {
  const started = timeMs(run.started_at);
  if (run.status === "RUNNING")
    return [t("Running {time}", { time: clock(serverNow() - started) }), far].filter(Boolean).join(", ");
  if (run.status === "REVIEW") return t("Waits for your review");
  if (!hasEnded(run.status)) return look.word;
  const took = timeMs(run.ended_at) - started;
  const lead = look.tone === "done" ? "" : `${look.brief ?? look.word}, `;
  return `${lead}${when(started)}${Number.isNaN(took) ? "" : t(", took {time}", { time: duration(took) })}`;
}

/** @param {string} picture @param {string} name @param {string} kind @param {() => void} press */
function square(picture, name, kind, press) {
  const props = { class: `button square ${kind}`.trim(), type: "button", "aria-label": name, title: name, on: { click: press } };
  return h("button", props, icon(picture));
}

/** @param {string} label @param {string} name @param {() => void} press */
function due(label, name, press) {
  return h("button", { class: "button soft", type: "button", "aria-label": name, on: { click: press } }, label);
}

/** @param {string} label @param {string} name @param {string} href */
function dueLink(label, name, href) {
  return h("a", { class: "button soft", href, "aria-label": name }, label);
}
