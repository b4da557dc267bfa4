/** Who does the thinking: Ollama on this computer, a key of a service, or nobody for now. */

import { ApiError } from "../api.js";
import { addCredentials, listProviders, testCredentials } from "../api/credentials.js";
import { findOllama } from "../api/welcome.js";
import { fill, h, uniqueId } from "../dom.js";
import { size } from "../format.js";
import { icon } from "../icons.js";
import { parts, plural, t } from "../messages.js";

/** @typedef {"ollama"|"key"|"none"} Choice */
/** @typedef {import("../api/welcome.js").Ollama} Ollama */

const SHOWN_MODELS = 4;

/** How the keys of well-known services begin; the longer beginning stands first. @type {[string, string][]} */
const BEGINNINGS = [
  ["sk-ant-", "anthropic"],
  ["sk-or-", "open_router"],
  ["gsk_", "groq"],
  ["sk-", "openai"],
];

/** Those whose models the AI blocks run on. */
const OF_MODELS = ["openai", "anthropic", "open_router", "groq", "aiml_api", "llama_api", "v0"];

export class Choices {
  constructor() {
    /** @type {Map<Choice, {radio: HTMLInputElement, more: HTMLElement}>} */
    this.options = new Map();
    this.hasChosen = false;
    this.found = h("span", { class: "welcome-found", hidden: true });
    this.about = h("p", { class: "muted" }, t("Looking for it."));
    this.models = h("div", { class: "welcome-models" });
    this.line = h("p", { class: "field-hint", hidden: true });
    this.key = h("input", { class: "input", type: "password", autocomplete: "off", spellcheck: "false" });
    this.key.placeholder = t("Paste it, we find out whose it is");
    this.key.setAttribute("aria-label", t("Key"));
    this.provider = h("select", { class: "input", "aria-label": t("Service"), hidden: true });
    this.problem = h("p", { class: "field-error", role: "alert", hidden: true });
    this.key.addEventListener("input", () => this.#guess());
    this.key.addEventListener("focus", () => this.choose("key"));
    this.element = h(
      "fieldset",
      { class: "welcome-choices" },
      h("legend", { class: "sr-only" }, t("Who should do the thinking?")),
      this.#option("ollama", [t("Ollama on this computer"), this.found], [this.about, this.models, this.line]),
      this.#option(
        "key",
        [t("A key of OpenAI, Anthropic or another service")],
        [h("div", { class: "welcome-key" }, this.key, this.provider), this.problem],
      ),
      this.#option(
        "none",
        [t("Neither for now")],
        [h("p", { class: "muted" }, t("Samples and all blocks without a model work at once."))],
      ),
    );
    this.choose("none");
  }

  /** @returns {Choice} */
  get chosen() {
    return [...this.options].find(([, { radio }]) => radio.checked)?.[0] ?? "none";
  }

  /** @param {Choice} choice */
  choose(choice) {
    const option = this.options.get(choice);
    if (option) option.radio.checked = true;
  }

  /** Looks for Ollama and takes it where it answers, unless somebody has chosen already. */
  load() {
    this.loading = this.#load();
    return this.loading;
  }

  /** Either list stands though the other is late or fails. */
  async #load() {
    await Promise.all([this.#loadProviders(), findOllama().then((found) => this.#showOllama(found))]);
  }

  async #loadProviders() {
    const known = (await listProviders()).filter((one) => OF_MODELS.includes(one.name));
    const before = this.provider.value;
    fill(
      this.provider,
      known.map((one) => h("option", { value: one.name }, one.title)),
    );
    if (before) this.provider.value = before;
    else this.#guess(); // a key may have been pasted before there was anything to choose from
  }

  /** Stores the key, if one was given. @returns {Promise<boolean>} false where it was refused: the form says so */
  async save() {
    if (this.chosen !== "key") return true;
    const key = this.key.value.trim();
    if (!key) return this.#refuse(t("Paste a key, or choose “Neither for now”."));
    await this.loading?.catch(() => {}); // whose key it is shows once the services are known
    try {
      const made = await addCredentials(this.provider.value, { type: "api_key", api_key: key, title: t("My key") });
      const { is_ok: isOk, message } = await testCredentials(made);
      if (isOk === false) return this.#refuse(t("{message} It is stored; replace it under Credentials.", { message }));
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return this.#refuse([error.message, error.hint ?? ""].join(" ").trim());
    }
  }

  /** @param {string} text @returns {false} */
  #refuse(text) {
    this.problem.textContent = text;
    this.problem.hidden = false;
    this.key.focus();
    return false;
  }

  /** @param {Choice} name @param {any[]} title @param {any[]} more */
  #option(name, title, more) {
    const id = uniqueId();
    const radio = h("input", { type: "radio", name: "thinking", id, value: name, on: { change: () => (this.hasChosen = true) } });
    const box = h("div", { class: "welcome-more" }, more);
    this.options.set(name, { radio, more: box });
    const label = h("label", { for: id }, title);
    return h("div", { class: "welcome-option" }, radio, h("div", { class: "welcome-text" }, label, box));
  }

  /** @param {Ollama} ollama */
  #showOllama({ is_running: isRunning, models, address, default_model: standing }) {
    if (!isRunning) {
      const words = parts("Nothing answers at {address}. Start it with {command}, then look again. It is free and private.", {
        address,
        command: h("code", null, "ollama serve"),
      });
      const again = h(
        "button",
        { class: "link-button", type: "button", on: { click: () => void this.load().catch(() => {}) } },
        t("Look again"),
      );
      return fill(this.about, words, " ", again);
    }
    fill(this.found, icon("check"), t("found"));
    this.found.hidden = false;
    if (this.chosen === "none" && !this.hasChosen) this.choose("ollama");
    if (!models.length) {
      const pull = h("code", null, "ollama pull llama3.2");
      return fill(this.about, parts("Free and private. It has no model yet: get one with {command}.", { command: pull }));
    }
    fill(this.about, plural(models.length, "Free and private. {n} model is ready.", "Free and private. {n} models are ready."));
    const chips = models.slice(0, SHOWN_MODELS).map((model) => this.#modelChip(model, standing));
    const rest = models.length - chips.length;
    fill(this.models, chips, rest > 0 ? h("span", { class: "muted" }, t("{n} more", { n: rest })) : null);
    this.#showLine(models.some((one) => one.name === standing) ? standing : models[0].name, standing);
  }

  /** @param {{name: string, size_bytes: number}} model @param {string} standing */
  #modelChip(model, standing) {
    const chip = h("button", { class: "chip", type: "button", data: { model: model.name } }, model.name);
    chip.append(h("span", { class: "chip-count" }, size(model.size_bytes)));
    chip.addEventListener("click", () => (this.choose("ollama"), this.#showLine(model.name, standing)));
    return chip;
  }

  /** Which model blocks use stands in config.toml: the page says how. @param {string} name @param {string} standing */
  #showLine(name, standing) {
    for (const chip of this.models.querySelectorAll("button"))
      chip.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (chip).dataset.model === name));
    const line = h("code", null, `default_model = "${name}"`);
    const text = parts("Blocks use it once {line} stands under [llm] in config.toml, or in a node that chooses it.", { line });
    fill(this.line, name === standing ? t("Blocks that choose no model use it.") : text);
    this.line.hidden = false;
  }

  #guess() {
    this.problem.hidden = true;
    const found = BEGINNINGS.find(([beginning]) => this.key.value.trim().startsWith(beginning));
    if (found) this.provider.value = found[1];
    this.provider.hidden = !this.key.value.trim();
  }
}
