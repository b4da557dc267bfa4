/** The keys that an agent needs, chosen from those that the server keeps. */

import { listCredentials, listProviders } from "./api/credentials.js";
import { fill, h, uniqueId } from "./dom.js";
import { orList } from "./format.js";
import { icon } from "./icons.js";
import { t } from "./messages.js";
import { button } from "./page_head.js";
import { loadStyles } from "./styles.js";
import { toastError } from "./toast.js";

/** @typedef {import("./types.js").ObjectSchema} ObjectSchema */
/** @typedef {{id: string, provider: string, type: string, title?: string|null}} Credentials */

export class CredentialFields {
  /** @param {ObjectSchema|undefined} schema a graph's credentials_input_schema @returns {Promise<CredentialFields>} */
  static async load(schema) {
    const needed = Object.keys(schema?.properties ?? {}).length > 0;
    return new CredentialFields(schema ?? {}, needed ? await listCredentials() : []);
  }

  /** @param {ObjectSchema} schema @param {Credentials[]} stored */
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

  /** @param {string} key @param {Record<string, any>} field @param {Credentials[]} stored @param {boolean} required */
  #addField(key, field, stored, required) {
    const providers = field.credentials_provider ?? [];
    const types = field.credentials_types ?? [];
    const name = providers.length ? orList(providers) : key;
    const fitting = stored.filter((one) => providers.includes(one.provider) && (!types.length || types.includes(one.type)));
    return this.#choice(key, name, fitting, required, field);
  }

  /** @param {string} key @param {string} name @param {Credentials[]} fitting @param {boolean} required @param {Record<string, any>} field */
  #choice(key, name, fitting, required, field) {
    const id = uniqueId();
    const select = h("select", { class: "input", id });
    // Nodes that have keys of their own keep them where no other is chosen here.
    const isSet = field.is_set === true;
    const show = (/** @type {Credentials|undefined} */ chosen) => {
      const none = h("option", { value: "" }, isSet ? t("As in the agent") : fitting.length ? t("None") : t("No key stored"));
      const isChosen = (/** @type {Credentials} */ one, /** @type {number} */ i) =>
        chosen ? one.id === chosen.id : !isSet && i === 0;
      const options = fitting.map((one, i) =>
        h("option", { value: one.id, selected: isChosen(one, i) }, one.title || one.provider),
      );
      fill(select, fitting.length && required && !isSet ? null : none, options);
    };
    show(undefined);
    this.fields.set(key, { select, fitting });
    const add = button(t("Add"), "plus", () => void addCredentials(field, (made) => (fitting.push(made), show(made))), "small");
    const optional = required ? null : h("span", { class: "optional" }, t("optional"));
    return h(
      "div",
      { class: "field" },
      h("label", { class: "field-label", for: id }, icon("key"), t("Key for {name}", { name }), optional),
      h("div", { class: "field-with-button" }, select, add),
    );
  }
}

/**
 * The form of new credentials for a pin or a group of them, in a dialog.
 * @param {Record<string, any>} field the schema @param {(made: Credentials) => void} onMade
 */
export async function addCredentials(field, onMade) {
  try {
    const [providers, { openForm }] = await Promise.all([
      listProviders(),
      import("./credentials/card.js"),
      loadStyles("credentials.css"),
    ]);
    const fitting = providers.filter((one) => field.credentials_provider?.includes(one.name));
    const [types, scopes] = [field.credentials_types, field.credentials_scopes];
    openForm(t("Add credentials"), fitting, (made) => void nameOf(made).then(onMade), { types, scopes });
  } catch (error) {
    toastError(error);
  }
}

/** @param {Credentials} made a login has no title yet @returns {Promise<Credentials>} */
async function nameOf(made) {
  return made.title ? made : ((await listCredentials()).find((one) => one.id === made.id) ?? made);
}
