/** A past run once more: in the version that it ran in, or its inputs in today's, which says first what no longer fits. */

import { getAgentOfGraph } from "../api/library.js";
import { findMisfits } from "../api/reruns.js";
import { openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { openMenu } from "../menu.js";
import { t } from "../messages.js";
import { whileBusy } from "../page_head.js";
import { go, paths } from "../router.js";
import { startAgain } from "../start_run.js";
import { toastError } from "../toast.js";

/** @typedef {import("../types.js").Graph} Graph */

/** @param {Graph} graph in the version that it ran in @param {string} runId @param {HTMLButtonElement} pressed */
export async function runAgain(graph, runId, pressed) {
  const agent = await getAgentOfGraph(graph.id).catch(() => null);
  const today = agent?.graph_version ?? graph.version;
  const again = new RunAgain(graph, runId, pressed);
  if (today === graph.version) return again.start({});
  openMenu(pressed, t("Run again"), [
    { label: t("As it ran, version {version}", { version: graph.version }), icon: "again", run: () => void again.start({}) },
    { label: t("In today's version {version}", { version: today }), icon: "play", run: () => void again.tryVersion(today) },
  ]);
}

class RunAgain {
  /** @param {Graph} graph @param {string} runId @param {HTMLButtonElement} pressed */
  constructor(graph, runId, pressed) {
    this.graph = graph;
    this.runId = runId;
    this.pressed = pressed;
  }

  /** @param {import("../api/reruns.js").Wanted} wanted */
  async start(wanted) {
    try {
      const work = () => startAgain(this.graph.id, this.runId, wanted);
      const answer = await whileBusy(this.pressed, t("Starting"), work);
      if (answer?.graph_exec_id) go(paths.run(this.graph.id, answer.graph_exec_id));
    } catch (error) {
      toastError(error, t("It was not started"));
    }
  }

  /** @param {number} version */
  async tryVersion(version) {
    try {
      const problems = await findMisfits(this.graph.id, this.runId, version);
      if (problems.length) this.#ask(version, problems);
      else await this.start({ graph_version: version });
    } catch (error) {
      toastError(error, t("It was not started"));
    }
  }

  /** @param {number} version @param {import("../api/reruns.js").Misfit[]} problems */
  #ask(version, problems) {
    const close = () => dialog.close();
    const fill = h(
      "a",
      { class: "button filled", href: paths.agentLikeRun(this.graph.id, this.runId), on: { click: close } },
      t("Fill in the form"),
    );
    const leave = () => (close(), void this.start({ graph_version: version, leave_out: true }));
    const canLeave = problems.every((one) => one.kind !== "required");
    const dialog = openDialog(
      t("Not all inputs fit version {version}", { version }),
      misfitList(problems),
      h(
        "div",
        { class: "dialog-actions" },
        h("button", { class: "button quiet", type: "button", on: { click: close } }, t("Cancel")),
        canLeave ? h("button", { class: "button", type: "button", on: { click: leave } }, t("Run without them")) : null,
        fill,
      ),
    );
  }
}

/** @param {import("../api/reruns.js").Misfit[]} problems */
export function misfitList(problems) {
  return h(
    "ul",
    { class: "problems" },
    problems.map((one) => h("li", null, one.message)),
  );
}
