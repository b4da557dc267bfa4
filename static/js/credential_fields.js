/** The keys that an agent needs, chosen from those that the server keeps. */

import { listCredentials } from "./api.js";
import { h, uniqueId } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./messages.js";

/** @typedef {import("./types.js").ObjectSchema} ObjectSchema */
/** @typedef {{id: string, provider: string, type: string, title?: string|null}} Credentials */

export class CredentialFields {
  /** @param {ObjectSchema|undefined} schema a graph's credentials_input_schema @returns {Promise<CredentialFields>} */
  static async load(schema) {
    const needed = Object.keys(schema?.properties ?? {}).length > 0;
    return new CredentialFields(schema ?? {}, needed ? await listCredentials() : []);
  }

  /** @param {ObjectSchema} schema @param {Credentials[]|null} stored null: nothing can be chosen, the server takes its own */
  constructor(schema, stored) {
    /** @type {Map<string, {select: HTMLSelectElement, fitting: Credentials[]}>} */
    this.fields = new Map();
    const required = new Set(schema.required ?? []);
    const elements = Object.entries(schema.properties ?? {}).map(([key, field]) =>
      this.#addField(key, field, stored, required.has(key)),
    );
    this.element = h("div", { class: "form-fields", hidden: !elements.length }, elements);
  }

  /** @returns {Record<string, Credentials>} what was chosen, by the schema's keys */
  read() {
    /** @type {Record<string, Credentials>} */
    const chosen = {};
    for (const [key, { select, fitting }] of this.fields) {
      const one = fitting.find((credentials) => credentials.id === select.value);
      if (one) chosen[key] = { id: one.id, provider: one.provider, type: one.type, title: one.title };
    }
    return chosen;
  }

  /** @param {string} key @param {Record<string, any>} field @param {Credentials[]|null} stored @param {boolean} required */
  #addField(key, field, stored, required) {
    const providers = field.credentials_provider ?? [];
    const types = field.credentials_types ?? [];
    const name = providers.length ? providers.join(" or ") : key;
    if (stored === null) return serverKeyNote(name);
    const fitting = stored.filter((one) => providers.includes(one.provider) && (!types.length || types.includes(one.type)));
    return this.#choice(key, name, fitting, required);
  }

  /** @param {string} key @param {string} name @param {Credentials[]} fitting @param {boolean} required */
  #choice(key, name, fitting, required) {
    const id = uniqueId();
    const none = h("option", { value: "" }, fitting.length ? t("None") : t("No key stored"));
    const options = fitting.map((one, i) => h("option", { value: one.id, selected: i === 0 }, one.title || one.provider));
    const select = h("select", { class: "input", id }, fitting.length && required ? null : none, options);
    this.fields.set(key, { select, fitting });
    const optional = required ? null : h("span", { class: "optional" }, "optional");
    return h(
      "div",
      { class: "field" },
      h("label", { class: "field-label", for: id }, icon("key"), t("Key for {name}", { name }), optional),
      select,
    );
  }
}

/** @param {string} name */
function serverKeyNote(name) {
  const text = t("The server uses its own, from config.toml or its environment.");
  return h(
    "div",
    { class: "field" },
    h("p", { class: "field-label" }, icon("key"), t("Key for {name}", { name })),
    h("p", { class: "field-hint" }, text),
  );
}
