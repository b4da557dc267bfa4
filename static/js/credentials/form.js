/** The form of a secret: which provider, which type, and what has to be typed in. */

import { ApiError } from "../api.js";
import { addCredentials, replaceSecret } from "../api/credentials.js";
import { fill, h, uniqueId } from "../dom.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { whileBusy } from "../page_head.js";
import { toast } from "../toast.js";
import { logIn } from "./login.js";

/** @typedef {import("../api/credentials.js").Credentials} Credentials */
/** @typedef {import("../api/credentials.js").Provider} Provider */

const TYPES = {
  api_key: () => t("API key"),
  oauth2: () => t("Login"),
  user_password: () => t("User name and password"),
  host_scoped: () => t("Header for one host"),
};

/** @param {string} type @returns {string} in words */
export const typeName = (type) => TYPES[/** @type {keyof TYPES} */ (type)]?.() ?? type;

/** @param {string} label @param {Record<string, any>} attributes @param {string} [hint] */
function field(label, attributes, hint) {
  const id = uniqueId();
  const input = h("input", { class: "input", id, autocomplete: "off", spellcheck: "false", maxlength: 20000, ...attributes });
  const help = hint ? h("p", { class: "field-hint", id: `${id}h` }, hint) : null;
  if (help) input.setAttribute("aria-describedby", help.id);
  return { input, element: h("div", { class: "field" }, h("label", { class: "field-label", for: id }, label), input, help) };
}

export class CredentialsForm {
  /**
   * @param {Provider[]} providers to choose from, at least one
   * @param {(made: {id: string, provider: string, type: string, title?: string|null}) => void} onDone
   * @param {{replaces?: Credentials, types?: string[], scopes?: string[]}} [options] `replaces`: another secret for these
   */
  constructor(providers, onDone, { replaces, types, scopes } = {}) {
    this.providers = providers;
    this.onDone = onDone;
    this.replaces = replaces;
    this.types = types;
    this.scopes = scopes;
    const [providerId, typeId] = [uniqueId(), uniqueId()];
    this.provider = h(
      "select",
      { class: "input", id: providerId },
      providers.map((one) => h("option", { value: one.name }, one.title)),
    );
    this.type = h("select", { class: "input", id: typeId });
    this.choice = h("div", { class: "field" }, h("label", { class: "field-label", for: typeId }, t("Kind")), this.type);
    this.fields = h("div", { class: "form-fields" });
    this.problem = h("p", { class: "field-error", role: "alert", hidden: true });
    this.label = h("span", { class: "button-label" });
    this.button = h("button", { class: "button filled", type: "submit" }, icon("check"), this.label);
    this.element = h(
      "form",
      { class: "credentials-form", novalidate: true },
      replaces || providers.length === 1
        ? null
        : h("div", { class: "field" }, h("label", { class: "field-label", for: providerId }, t("Provider")), this.provider),
      this.choice,
      this.fields,
      this.problem,
      h("div", null, this.button),
    );
    this.element.addEventListener("submit", (event) => (event.preventDefault(), void this.#save()));
    this.provider.addEventListener("change", () => this.#showTypes());
    this.type.addEventListener("change", () => this.#showFields());
    this.#showTypes();
  }

  /** @returns {Provider} */
  get chosen() {
    return this.providers.find((one) => one.name === this.provider.value) ?? this.providers[0];
  }

  #showTypes() {
    const offered = this.replaces ? [this.replaces.type] : this.chosen.supported_auth_types;
    const fitting = this.types ? offered.filter((type) => this.types?.includes(type)) : offered;
    // A login that is not set up on this server stands last: it cannot be used now.
    const order = [...fitting].sort((a, b) => Number(this.#isOff(a)) - Number(this.#isOff(b)));
    fill(
      this.type,
      order.map((type) => h("option", { value: type }, typeName(type))),
    );
    this.choice.hidden = order.length < 2;
    this.#showFields();
  }

  /** @param {string} type */
  #isOff(type) {
    return type === "oauth2" && !this.chosen.can_log_in;
  }

  #showFields() {
    const type = this.type.value;
    /** @type {Record<string, HTMLInputElement>} */
    this.inputs = {};
    const rows = [];
    const add = (/** @type {string} */ name, /** @type {ReturnType<typeof field>} */ one) => {
      /** @type {Record<string, HTMLInputElement>} */ (this.inputs)[name] = one.input;
      rows.push(one.element);
    };
    if (type === "oauth2") rows.push(this.#loginNote());
    if (type === "api_key") add("api_key", field(t("API key"), { type: "password" }));
    if (type === "user_password") {
      add("username", field(t("User name"), {}));
      add("password", field(t("Password"), { type: "password" }));
    }
    if (type === "host_scoped") {
      add("host", field(t("Host"), { placeholder: "api.example.com", value: this.replaces?.host ?? "" }, t("It is sent to no other host.")));
      add("header", field(t("Header"), { value: "Authorization" }));
      add("value", field(t("Value"), { type: "password" }));
    }
    if (type !== "oauth2" && !this.replaces) {
      add("title", field(t("Name"), { maxlength: 200, placeholder: this.chosen.title }));
      if (type !== "host_scoped") add("hosts", this.#hostsField());
    }
    if (type === "api_key" && this.chosen.key_url) rows.push(this.#keyLink());
    fill(this.fields, rows);
    this.problem.hidden = true;
    this.button.disabled = this.#isOff(type);
    this.label.textContent = type === "oauth2" ? t("Connect") : this.replaces ? t("Replace") : t("Save");
  }

  #hostsField() {
    const known = this.chosen.hosts.join(", ");
    const hint = known
      ? t("It is sent to no other host.")
      : t("The hosts that it may be sent to, with commas between them. Without one it is sent nowhere.");
    return field(t("Hosts"), { value: known, placeholder: "api.example.com" }, hint);
  }

  #keyLink() {
    const { key_url: url, title } = this.chosen;
    const link = h("a", { href: url, target: "_blank", rel: "noreferrer" }, t("Make a key at {name}", { name: title }));
    return h("p", { class: "field-hint" }, link);
  }

  #loginNote() {
    const { can_log_in: isOn, login_hint: hint, title } = this.chosen;
    if (!isOn) return h("p", { class: "field-hint" }, hint);
    const scopes = this.#wantedScopes();
    return h(
      "div",
      { class: "field" },
      h("p", { class: "field-hint" }, t("{name} opens in a window of its own and asks whether you agree.", { name: title })),
      scopes.length ? h("p", { class: "field-label" }, t("It is asked for")) : null,
      scopes.length
        ? h(
            "ul",
            { class: "scopes" },
            scopes.map((scope) => h("li", null, h("code", null, scope))),
          )
        : null,
    );
  }

  #wantedScopes() {
    return this.scopes ?? this.replaces?.scopes ?? this.chosen.scopes;
  }

  /** @returns {Record<string, any>} */
  #body() {
    const type = this.type.value;
    const inputs = /** @type {Record<string, HTMLInputElement>} */ (this.inputs);
    const text = (/** @type {string} */ name) => inputs[name]?.value.trim() ?? "";
    /** @type {Record<string, any>} */
    const body = { type, title: text("title") || null };
    if (type === "api_key") body.api_key = text("api_key");
    if (type === "user_password") Object.assign(body, { username: text("username"), password: inputs.password.value });
    if (type === "host_scoped") Object.assign(body, { host: text("host"), headers: { [text("header")]: text("value") } });
    if (inputs.hosts) body.hosts = text("hosts").split(/[\s,]+/).filter(Boolean);
    return body;
  }

  async #save() {
    if (this.type.value !== "oauth2") {
      const empty = ["api_key", "username", "password", "host", "header", "value"].find((name) => this.inputs?.[name]?.value === "");
      if (empty) return this.#tell(t("This is empty."), empty);
    }
    try {
      if (this.type.value === "oauth2") await this.#connect();
      else await this.#store();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#tell([error.message, error instanceof ApiError ? (error.hint ?? "") : ""].join(" ").trim());
    }
  }

  async #store() {
    const { replaces, chosen } = this;
    const body = this.#body();
    const made = await whileBusy(this.button, t("Saving"), () =>
      replaces ? replaceSecret(replaces, body) : addCredentials(chosen.name, body),
    );
    toast(replaces ? t("The secret is replaced. What uses it goes on.") : t("{title} is stored.", { title: made.title }));
    this.onDone(made);
  }

  async #connect() {
    const { chosen, replaces } = this;
    const id = await whileBusy(this.button, t("Connecting"), () => logIn(chosen.name, this.#wantedScopes(), replaces?.id));
    if (id) this.onDone({ id, provider: chosen.name, type: "oauth2", title: null });
  }

  /** @param {string} text @param {string} [name] of the field that it is about */
  #tell(text, name) {
    this.problem.textContent = text;
    this.problem.hidden = false;
    if (name) this.inputs?.[name]?.focus();
  }
}
