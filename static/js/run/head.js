/** The head of a run's page: its status, and all that can be done with it. */

import { stopExecution } from "../api.js";
import { savePreset } from "../api/runs.js";
import { openDialog } from "../dialog.js";
import { h, setText, uniqueId } from "../dom.js";
import { fileName } from "../format.js";
import { t } from "../messages.js";
import { button, pageHead, whileBusy } from "../page_head.js";
import { paths } from "../router.js";
import { goOn } from "../start_run.js";
import { badge, hasEnded, runLook } from "../status.js";
import { toast, toastError } from "../toast.js";
import { runName } from "../run_name.js";
import { saveFile } from "../save_file.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {import("../types.js").GraphExecution} GraphExecution */

/**
 * @typedef {Object} Doings what the page does for its head
 * @property {() => GraphExecution|null} run
 * @property {() => Promise<void>} reload
 * @property {() => void} follow the run goes on
 * @property {() => Promise<string>} shareFile the run as HTML
 */

export class RunHead {
  /** @param {Graph} graph @param {string} runId @param {Doings} doings */
  constructor(graph, runId, doings) {
    this.graph = graph;
    this.runId = runId;
    this.doings = doings;
    this.badge = h("span", { role: "status" });
    this.connection = h("span", { class: "muted", role: "status" });
    this.change = h("a", { class: "button quiet wide-only", href: paths.agentLikeRun(graph.id, runId) }, t("Change inputs"));
    this.save = button(t("Save inputs"), "archive", () => this.#saveInputs(), "quiet wide-only");
    this.share = button(t("Share file"), "upload", (pressed) => void this.#share(pressed), "wide-only");
    this.compare = h("a", { class: "button wide-only", hidden: true });
    this.again = button(t("Run again"), "again", (pressed) => void this.#runAgain(pressed));
    this.resume = button(t("Resume"), "play", (pressed) => void this.#resume(pressed));
    this.stop = button(t("Stop"), "stop", (pressed) => void this.stopRun(pressed), "stop");
    this.more = button(t("More"), "more", () => this.#showMore(), "quiet only-on-phone");
    this.name = graph.name || t("Agent without a name");
    this.element = pageHead({
      title: t("Run"),
      crumbs: [
        [t("Library"), paths.library()],
        [this.name, paths.agent(graph.id)],
      ],
      beside: [this.badge, this.connection],
      actions: [this.change, this.save, this.share, this.compare, this.more, this.again, this.resume, this.stop],
    });
    document.title = t("{name}, run · autogpt_lite", { name: this.name });
    this.title = /** @type {HTMLElement} */ (this.element.querySelector("h1"));
  }

  /** @param {GraphExecution} run */
  update(run) {
    const look = runLook(run);
    if (this.badge.dataset.word !== look.word) {
      this.badge.dataset.word = look.word;
      this.badge.replaceChildren(badge(look));
    }
    setText(this.title, runName(run));
    const ended = hasEnded(run.status);
    const hasInputs = Object.keys(run.inputs ?? {}).length > 0;
    this.stop.hidden = ended;
    this.resume.hidden = run.status !== "TERMINATED" || !this.graph.nodes?.length;
    this.again.hidden = !ended || !this.graph.nodes?.length;
    this.change.hidden = this.again.hidden || !hasInputs;
    this.save.hidden = !hasInputs || !this.graph.nodes?.length;
  }

  /** @param {GraphExecution} run @param {import("../api/library.js").CardRun} earlier of the same agent */
  offerComparison(run, earlier) {
    this.compare.href = paths.compare({ id: earlier.id, graph_id: run.graph_id }, run);
    setText(this.compare, t("Compare with {n}", { n: earlier.number }));
    this.compare.hidden = false;
  }

  /** @param {boolean} isLive */
  showConnection(isLive) {
    setText(this.connection, isLive ? "" : t("Connection lost, trying again. Nothing is lost."));
  }

  /** @param {HTMLButtonElement} pressed */
  async stopRun(pressed) {
    try {
      await whileBusy(pressed, t("Stopping"), () => stopExecution(this.graph.id, this.runId));
    } catch (error) {
      toastError(error, t("Stop"));
    }
    await this.doings.reload();
  }

  /** @param {HTMLButtonElement} pressed */
  async #runAgain(pressed) {
    try {
      const { runAgain } = await import("./run_again.js");
      await runAgain(this.graph, this.runId, pressed);
    } catch (error) {
      toastError(error, t("It was not started"));
    }
  }

  /** @param {HTMLButtonElement} pressed */
  async #resume(pressed) {
    try {
      if (await whileBusy(pressed, t("Resuming"), () => goOn(this.graph.id, this.runId))) this.doings.follow();
    } catch (error) {
      toastError(error, t("It does not go on"));
    }
  }

  /** @param {HTMLButtonElement} pressed */
  async #share(pressed) {
    const html = await whileBusy(pressed, t("Making the file"), () => this.doings.shareFile());
    saveFile(fileName(`${this.name} ${this.title.textContent}`, "html"), html);
  }

  #saveInputs() {
    const id = uniqueId();
    const name = h("input", { class: "input", id, autofocus: true, maxlength: 200, ".value": this.name, required: true });
    const save = h("button", { class: "button filled", type: "submit" }, t("Save"));
    const form = h(
      "form",
      { class: "form-fields" },
      h(
        "p",
        { class: "dialog-text" },
        t("A preset with these inputs: it runs again with one press, by a schedule or a webhook."),
      ),
      h("div", { class: "field" }, h("label", { class: "field-label", for: id }, t("Name")), name),
      h("div", { class: "dialog-actions" }, save),
    );
    const dialog = openDialog(t("Save inputs as a preset"), form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close();
      savePreset(name.value.trim() || this.name, this.runId).then(
        () => toast(t("Saved as a preset.")),
        (error) => toastError(error, t("The preset was not saved")),
      );
    });
  }

  /** What a phone's bar has no room for. */
  #showMore() {
    const entries = [this.change, this.save, this.share, this.compare].filter((entry) => !entry.hidden);
    const items = entries.map((entry) => {
      const press = () => {
        dialog.close();
        entry.click();
      };
      return h("button", { class: "more-item", type: "button", on: { click: press } }, entry.textContent);
    });
    const dialog = openDialog(t("More"), h("div", { class: "more" }, items));
    dialog.classList.add("sheet");
  }
}
