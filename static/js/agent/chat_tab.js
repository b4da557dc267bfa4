/** A chat with an agent: each message is a run, the outputs are the answer. The talk of this browser tab is its runs. */

import { getRun } from "../api/values.js";
import { CredentialFields } from "../credential_fields.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { paths } from "../router.js";
import { startGraph } from "../start_run.js";
import { hasEnded, runLook, statusIcon } from "../status.js";
import { toastError } from "../toast.js";
import { spokenView } from "../run/rich_value.js";
import { loadStyles } from "../styles.js";
import { ValueList } from "../value_view.js";
import { textInput } from "./text_input.js";

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {import("../types.js").GraphExecution} GraphExecution */

const ASK_EVERY_MS = 500;
const KEPT = 50;

/** @type {import("../views/agent.js").TabView} */
export async function showChat(box, { graph, signal }) {
  const [credentials] = await Promise.all([
    CredentialFields.load(graph.credentials_input_schema),
    loadStyles("run_page.css"), // of letters
  ]);
  if (signal.aborted) return;
  const chat = new Chat(graph, credentials, signal);
  fill(box, chat.element);
  await chat.loadEarlier();
}

class Chat {
  /** @param {Graph} graph @param {CredentialFields} credentials @param {AbortSignal} signal */
  constructor(graph, credentials, signal) {
    this.graph = graph;
    this.credentials = credentials;
    this.signal = signal;
    this.input = textInput(graph) ?? "";
    this.key = `chat-${graph.id}`;
    this.empty = h(
      "p",
      { class: "muted chat-empty" },
      t("Each message is a run of this agent with “{name}” as its text.", { name: this.input }),
    );
    this.list = h("ol", { class: "chat-list", "aria-live": "polite", "aria-label": t("Messages") }, h("li", null, this.empty));
    this.text = h("textarea", {
      class: "input",
      rows: 2,
      "aria-label": t("Message"),
      placeholder: t("Write to {name}", { name: graph.name }),
    });
    this.send = h(
      "button",
      { class: "button filled", type: "submit" },
      icon("arrow"),
      h("span", { class: "button-label" }, t("Send")),
    );
    const fresh = h("button", { class: "link-button", type: "button", on: { click: () => this.#forget() } }, t("Begin anew"));
    const form = h(
      "form",
      { class: "chat-form" },
      this.credentials.element,
      h("div", { class: "chat-line" }, this.text, this.send),
      h(
        "p",
        { class: "field-hint" },
        t("Enter sends, Shift Enter is a new line. The agent remembers nothing but what it stores itself."),
        " ",
        fresh,
      ),
    );
    form.addEventListener("submit", (event) => (event.preventDefault(), void this.#sendText()));
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) (event.preventDefault(), void this.#sendText());
    });
    this.element = h("section", { class: "card chat", "aria-label": t("Chat") }, this.list, form);
  }

  /** @returns {string[]} ids of the runs of this talk */
  get #runIds() {
    return JSON.parse(sessionStorage.getItem(this.key) ?? "[]");
  }

  async loadEarlier() {
    const found = await Promise.all(this.#runIds.map((id) => getRun(this.graph.id, id, 0).catch(() => null)));
    if (this.signal.aborted) return;
    for (const run of found) if (run) void this.#follow(run.id, this.#addTurn(String(run.inputs?.[this.input] ?? "")), run);
    this.text.focus();
  }

  async #sendText() {
    const text = this.text.value.trim();
    if (!text || this.send.disabled) return;
    this.send.disabled = true;
    this.text.value = ""; // at once: the next message may be written while this one is on its way
    try {
      const runId = await startGraph(this.graph, { [this.input]: text }, this.credentials.read());
      if (!runId) return void (this.send.disabled = false);
      sessionStorage.setItem(this.key, JSON.stringify([...this.#runIds, runId].slice(-KEPT)));
      void this.#follow(runId, this.#addTurn(text), null);
    } catch (error) {
      this.text.value = [text, this.text.value].filter(Boolean).join("\n");
      toastError(error, t("The message was not sent"));
    }
    this.send.disabled = false;
  }

  /** @param {string} text @returns {HTMLElement} the place of the answer */
  #addTurn(text) {
    this.empty.parentElement?.remove();
    const answer = h("li", { class: "chat-answer" });
    this.list.append(h("li", { class: "chat-mine" }, text), answer);
    return answer;
  }

  /** @param {string} runId @param {HTMLElement} place @param {GraphExecution|null} run as it is known */
  async #follow(runId, place, run) {
    const answer = new Answer(place, paths.run(this.graph.id, runId));
    for (;;) {
      run ??= await getRun(this.graph.id, runId, 0).catch(() => null);
      if (this.signal.aborted) return;
      if (run) answer.show(run);
      this.list.scrollTop = this.list.scrollHeight;
      if (run && hasEnded(run.status)) return;
      run = null;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  #forget() {
    sessionStorage.removeItem(this.key);
    fill(this.list, h("li", null, this.empty));
    this.text.focus();
  }
}

class Answer {
  /** @param {HTMLElement} place @param {string} href of the run */
  constructor(place, href) {
    /** @type {Map<string, ValueList>} */
    this.values = new Map();
    this.outputs = h("div", { class: "chat-outputs" });
    this.state = h("a", { class: "chat-state", href }, t("Sent"));
    fill(place, this.outputs, this.state);
  }

  /** @param {GraphExecution} run */
  show(run) {
    const outputs = Object.entries(run.outputs ?? {});
    for (const [name, values] of outputs) {
      if (!this.values.has(name)) this.#add(name, outputs.length > 1);
      this.values.get(name)?.update(values);
    }
    const look = runLook(run);
    const nothing =
      hasEnded(run.status) && !outputs.length ? t("{state}; nothing came out. See the run", { state: look.word }) : look.word;
    fill(this.state, statusIcon(look), run.stats?.error && !outputs.length ? run.stats.error : nothing);
  }

  /** @param {string} name @param {boolean} isNamed */
  #add(name, isNamed) {
    const values = new ValueList(spokenView);
    this.values.set(name, values);
    this.outputs.append(h("div", null, isNamed ? h("h3", null, name) : null, values.element));
  }
}
