/** The sample that runs beside the choice: a small agent of the library that needs nothing. */

import { getGraph } from "../api.js";
import { listAgents } from "../api/library.js";
import { getRun } from "../api/values.js";
import { fill, h } from "../dom.js";
import { duration, timeMs } from "../format.js";
import { drawGraph } from "../graph_picture.js";
import { t } from "../messages.js";
import { paths } from "../router.js";
import { startGraph } from "../start_run.js";
import { hasEnded, runLook, statusIcon } from "../status.js";
import { ValueList } from "../value_view.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {import("../types.js").GraphExecution} GraphExecution */

const ASK_EVERY_MS = 250;

/** @returns {Promise<Graph|null>} the oldest of the library that runs without inputs, keys and answers */
export async function findSample() {
  const { agents } = await listAgents({ sort_by: "createdAt", page_size: 100 });
  // The examples came first.
  const found = agents.reverse().find((agent) => {
    const { properties = {}, required = [] } = agent.input_schema ?? {};
    const needsKey = Object.keys(agent.credentials_input_schema?.properties ?? {}).length > 0;
    return (
      !needsKey &&
      !agent.has_external_trigger &&
      !agent.has_human_in_the_loop &&
      required.every((name) => properties[name]?.default !== undefined)
    );
  });
  return found ? getGraph(found.graph_id) : null;
}

export class Sample {
  /** @param {Graph} graph @param {Map<string, import("../types.js").Block>} catalog @param {AbortSignal} signal */
  constructor(graph, catalog, signal) {
    this.graph = graph;
    this.signal = signal;
    this.picture = drawGraph(graph, catalog);
    this.state = h("p", { class: "welcome-state", role: "status" });
    this.result = h("div", { class: "welcome-result" });
    const about = h("p", { class: "muted" }, graph.description || t("Open it afterwards and change it."));
    this.element = h(
      "section",
      { class: "welcome-sample dotted", "aria-label": t("The sample") },
      h("div", { class: "welcome-picture", tabindex: 0, role: "group", "aria-label": t("Graph") }, this.picture.element),
      h(
        "div",
        { class: "welcome-about" },
        h("h2", null, t("The sample: {name}", { name: graph.name })),
        about,
        this.state,
        this.result,
      ),
    );
  }

  /** Runs it to its end. Throws ApiError where it does not start. @returns {Promise<boolean>} false where it was not allowed to */
  async run() {
    const runId = await startGraph(this.graph, {});
    if (!runId) return false;
    for (;;) {
      const run = await getRun(this.graph.id, runId);
      if (this.signal.aborted) return true;
      this.#show(run);
      if (hasEnded(run.status)) return true;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  /** @param {GraphExecution} run */
  #show(run) {
    for (const one of run.node_executions ?? []) this.picture.setStatus(one.node_id, one.status);
    const look = runLook(run);
    const took = duration(timeMs(run.ended_at) - timeMs(run.started_at));
    fill(this.state, statusIcon(look), took ? t("{state} in {time}", { state: look.word, time: took }) : look.word);
    if (!hasEnded(run.status)) return;
    const values = new ValueList();
    values.update(
      Object.values(run.outputs ?? {})
        .map((list) => list[0])
        .filter((value) => typeof value === "string")
        .slice(0, 1),
    );
    const see = h("a", { class: "button", href: paths.run(this.graph.id, run.id) }, t("See every step"));
    const build = h("a", { class: "button", href: paths.build(this.graph.id) }, t("Open and change it"));
    fill(this.result, values.element, h("div", { class: "welcome-links" }, see, build));
  }
}
