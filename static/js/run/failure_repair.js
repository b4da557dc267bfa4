/** What mends a failed node: another key where its key was refused, and going on from it. What was paid for is kept. */

import { getUsage, listCredentials, replaceSecret } from "../api/credentials.js";
import { dryRerun } from "../api/reruns.js";
import { fill, h, setText, uniqueId } from "../dom.js";
import { t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { priceReason, priceWords } from "../price_words.js";
import { go, paths } from "../router.js";
import { startAgainFrom } from "../start_run.js";
import { toastError } from "../toast.js";

/** @typedef {import("../types.js").NodeExecution} NodeExecution */
/** @typedef {import("../api/credentials.js").Credentials} Credentials */

export class FailureRepair {
  /**
   * @param {string} graphId @param {string} runId @param {NodeExecution} execution that failed @param {boolean} canRun
   * @param {() => void} showNode
   */
  constructor(graphId, runId, execution, canRun, showNode) {
    this.graphId = graphId;
    this.runId = runId;
    this.nodeId = execution.node_id;
    const code = execution.error_code;
    const used = code === "key_refused" ? keyOf(execution) : null;
    this.isOfKey = used !== null;
    this.price = h("span", { class: "muted" });
    this.start = button(goOnWords(code, this.isOfKey), "play", (pressed) => void this.#start(pressed), "filled");
    this.start.hidden = !canRun;
    this.keyPlace = h("div", { hidden: true });
    const change = h("a", { class: "button quiet", href: paths.agentLikeRun(graphId, runId) }, t("Change inputs"));
    this.actions = h(
      "div",
      { class: "problem-actions" },
      this.start,
      code === "login_ended" ? h("a", { class: "button", href: "/credentials" }, t("Connect it again")) : null,
      button(t("Show node"), "arrow", showNode, "quiet"),
      canRun ? change : null,
      h("span", { class: "grow" }),
      this.price,
    );
    this.element = h("div", { class: "problem-repair" }, this.keyPlace, this.actions);
    if (canRun) void this.#askPrice();
    // A press before the field is there would begin with the old key.
    this.start.disabled = canRun && this.isOfKey;
    if (canRun && used) void this.#askKey(used).finally(() => (this.start.disabled = false));
  }

  async #askPrice() {
    // Without a price, or of a run that goes on, the rest of the card is right all the same.
    const plan = await dryRerun(this.graphId, this.runId, this.nodeId).catch(() => null);
    if (!plan) return;
    setText(this.price, priceWords({ about: plan.cost_credits, isByUse: false, bound: plan.at_most }));
    this.price.title = priceReason(plan.at_most);
  }

  /** @param {string} id of the credentials that the node was given */
  async #askKey(id) {
    const stored = (await listCredentials().catch(() => [])).find((one) => one.id === id);
    if (!stored || stored.is_system || stored.type !== "api_key") return this.#sayPlainly();
    this.stored = stored;
    const fieldId = uniqueId();
    this.key = h("input", {
      class: "input",
      id: fieldId,
      type: "password",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: 20000,
    });
    this.touched = h("ul", { class: "problem-touched" });
    this.key.addEventListener("keydown", (event) => event.key === "Enter" && this.start.click());
    const label = t("New key for “{title}”", { title: stored.title || stored.provider });
    fill(
      this.keyPlace,
      h("div", { class: "field" }, h("label", { class: "field-label", for: fieldId }, label), this.key),
      this.touched,
    );
    this.keyPlace.hidden = false;
    void this.#showTouched(stored);
  }

  /** It is no key that can be replaced here. */
  #sayPlainly() {
    const label = this.start.querySelector(".button-label");
    if (label) setText(label, t("Go on from here"));
  }

  /** What else uses the key fails like this one. @param {Credentials} stored */
  async #showTouched(stored) {
    const usage = await getUsage(stored).catch(() => null);
    const others = (usage?.used_by ?? []).filter((one) => one.kind !== "run" && one.id !== this.graphId);
    if (!others.length || !this.touched) return;
    const names = others
      .slice(0, 5)
      .map((one) =>
        one.kind === "agent" ? h("a", { class: "link", href: paths.agent(one.id) }, one.name || one.id) : one.name || one.id,
      );
    fill(
      this.touched,
      h("li", { class: "muted" }, t("This key is used by these as well:")),
      names.map((name) => h("li", null, name)),
    );
  }

  /** @param {HTMLButtonElement} pressed */
  async #start(pressed) {
    const key = this.key?.value.trim();
    if (this.key && !key) return this.key.focus();
    try {
      const answer = await whileBusy(pressed, t("Starting"), async () => {
        if (this.stored && key) await replaceSecret(this.stored, { type: "api_key", title: this.stored.title, api_key: key });
        return startAgainFrom(this.graphId, this.runId, this.nodeId);
      });
      if (answer?.graph_exec_id) go(paths.run(this.graphId, answer.graph_exec_id));
    } catch (error) {
      toastError(error, t("It was not started"));
    }
  }
}

/** @param {string|undefined} code @param {boolean} isOfKey @returns {string} */
function goOnWords(code, isOfKey) {
  if (isOfKey) return t("Save and go on from here");
  return code === "busy" ? t("Retry node") : t("Go on from here");
}

/** @param {NodeExecution} execution @returns {string|null} the id of the key that it was given */
function keyOf({ input_data: inputs }) {
  const found = Object.values(inputs ?? {}).find((one) => one?.type === "api_key" && one.provider && one.id);
  return found?.id ?? null;
}
