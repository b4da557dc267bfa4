/** A form made from a graph's input_schema. */

import { h, uniqueId } from "./dom.js";
import { pinKind } from "./names.js";
import { FieldError, makeControl } from "./schema_fields.js";
import { t } from "./messages.js";
import { withoutNull } from "./value_kinds.js";

/** @typedef {import("./types.js").ObjectSchema} ObjectSchema */
/** @typedef {import("./types.js").Schema} Schema */

export class SchemaForm {
  /** @param {ObjectSchema} schema @param {Record<string, any>} values what the fields start with instead of their defaults */
  constructor(schema, values) {
    const required = new Set(schema.required ?? []);
    /** @type {Map<string, FormField>} */
    this.fields = new Map();
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const value = Object.hasOwn(values, name) ? values[name] : property.default;
      this.fields.set(name, new FormField(name, property, value, required.has(name)));
    }
    const all = [...this.fields.values()];
    const folded = all.filter((field) => field.schema.advanced);
    const open = all.filter((field) => !field.schema.advanced);
    this.advanced = folded.length
      ? h(
          "details",
          { class: "advanced" },
          h("summary", null, t("Advanced ({n})", { n: folded.length })),
          folded.map((f) => f.element),
        )
      : null;
    this.element = h(
      "div",
      { class: "form-fields" },
      open.map((field) => field.element),
      this.advanced,
    );
  }

  /** @returns {Record<string, any>|null} null where a field is wrong: it says so itself and has the focus */
  read() {
    /** @type {Record<string, any>} */
    const inputs = {};
    for (const [name, field] of this.fields) {
      const value = field.read();
      if (value !== undefined) inputs[name] = value;
    }
    return this.#focusFirstProblem() ? null : inputs;
  }

  /** @param {Record<string, string>} problems by field name @returns {Record<string, string>} those that belong to no field */
  showProblems(problems) {
    const rest = { ...problems };
    for (const [name, field] of this.fields) {
      field.setProblem(problems[name] ?? "");
      delete rest[name];
    }
    this.#focusFirstProblem();
    return rest;
  }

  #focusFirstProblem() {
    const wrong = [...this.fields.values()].find((field) => field.problem);
    if (!wrong) return false;
    if (wrong.schema.advanced && this.advanced) this.advanced.open = true;
    wrong.control.focus.focus();
    return true;
  }
}

class FormField {
  /** @param {string} name @param {Schema} schema @param {any} value @param {boolean} required */
  constructor(name, schema, value, required) {
    const id = uniqueId();
    this.schema = schema;
    this.required = required;
    this.hadText = typeof schema.default === "string" && isPlainText(schema);
    this.control = makeControl(schema, value, id);
    this.problem = "";
    this.error = h("p", { class: "field-error", id: `${id}-error`, hidden: true });
    const optional = required || schema.type === "boolean" ? null : h("span", { class: "optional" }, "optional");
    const label = h(
      "label",
      { class: "field-label", for: id },
      h("span", { class: `pin-dot pin-${pinKind(schema)}` }),
      schema.title || name,
      optional,
    );
    const hint = schema.description ? h("p", { class: "field-hint", id: `${id}-hint` }, schema.description) : null;
    this.control.focus.setAttribute("aria-describedby", `${id}-error ${id}-hint`);
    this.element = h("div", { class: "field" }, label, this.control.element, hint, this.error);
    this.element.addEventListener("input", () => this.setProblem(""));
  }

  /** @returns {any} undefined where nothing was given or it is wrong */
  read() {
    try {
      const value = this.control.read();
      this.setProblem(value === undefined && this.required ? t("This needs a value.") : "");
      // Clearing a text that has a default means no text, not the default again.
      return value === undefined && this.hadText && !this.required ? "" : value;
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      this.setProblem(error.message);
      return undefined;
    }
  }

  /** @param {string} problem "" where there is none */
  setProblem(problem) {
    this.problem = problem;
    this.error.textContent = problem;
    this.error.hidden = !problem;
    if (problem) this.control.focus.setAttribute("aria-invalid", "true");
    else this.control.focus.removeAttribute("aria-invalid");
  }
}

/** @param {Schema} schema @returns {boolean} a text that may also be empty, unlike a date or a choice */
function isPlainText(schema) {
  const { format, enum: options } = withoutNull(schema);
  return !options && (!format || format === "short-text" || format === "long-text");
}
