/** A form made from an object schema, as a graph's input_schema: each field has the editor of its type. */

import { h, uniqueId } from "./dom.js";
import { t } from "./messages.js";
import { loadStyles } from "./styles.js";
import { withoutNull } from "./schema_options.js";
import { schemaLike, takesAnything, valueKind } from "./value_kinds.js";
import { valueProblem } from "./value_problems.js";

/** @typedef {import("./types.js").ObjectSchema} ObjectSchema */
/** @typedef {import("./types.js").Schema} Schema */

export class SchemaForm {
  /**
   * @param {ObjectSchema} schema @param {Record<string, any>} values what the fields start with instead of their defaults
   * @param {string} [origin] what these come from, said at each that is still as it came
   * @returns {Promise<SchemaForm>} once its fields are there
   */
  static async make(schema, values, origin = "") {
    const [{ drawForm }] = await Promise.all([import("./fields/form_view.js"), loadStyles("fields.css")]);
    const form = new SchemaForm(schema, values, origin);
    await drawForm(form);
    return form;
  }

  /** Use `make`. @param {ObjectSchema} schema @param {Record<string, any>} values @param {string} [origin] */
  constructor(schema, values, origin = "") {
    const required = new Set(schema.required ?? []);
    /** @type {Map<string, FormField>} */
    this.fields = new Map();
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const isGiven = Object.hasOwn(values, name);
      const field = new FormField(name, property, isGiven ? values[name] : property.default, required.has(name));
      if (isGiven) field.origin = origin;
      this.fields.set(name, field);
    }
    this.element = h("div", { class: "form-fields" });
  }

  /** @returns {Record<string, any>|null} null where a field is wrong: it says so itself and has the focus */
  read() {
    const given = [...this.fields].map(([name, field]) => [name, field.read()]).filter(([, value]) => value !== undefined);
    return this.#focusFirstProblem() ? null : Object.fromEntries(given);
  }

  /** @param {Record<string, string>} problems by field name @returns {Record<string, string>} those that belong to no field */
  showProblems(problems) {
    for (const [name, field] of this.fields) field.setProblem(Object.hasOwn(problems, name) ? problems[name] : "");
    this.#focusFirstProblem();
    return Object.fromEntries(Object.entries(problems).filter(([name]) => !this.fields.has(name)));
  }

  #focusFirstProblem() {
    const wrong = [...this.fields.values()].find((field) => field.problem);
    if (!wrong?.element) return Boolean(wrong);
    const folded = wrong.element.closest("details");
    if (folded) folded.open = true;
    const control = wrong.element.querySelector(`[data-unread], .field-control ${FOCUSABLE}`);
    if (control instanceof HTMLElement) control.focus();
    return true;
  }
}

const FOCUSABLE = ":is(input, textarea, select, button)";

export class FormField {
  /** @param {string} name @param {Schema} schema @param {any} value @param {boolean} required */
  constructor(name, schema, value, required) {
    this.id = uniqueId();
    this.name = name;
    this.required = required;
    // What may be anything is edited as what its default is: a list as a list.
    this.schema = takesAnything(schema) ? { ...schemaLike(value), ...schema } : schema;
    this.value = value ?? undefined;
    this.start = this.value;
    this.problem = "";
    /** What its first value comes from, where that is no default. */
    this.origin = "";
    /** The field on the page, once it is drawn. @type {HTMLElement|null} */
    this.element = null;
    /** Draws it anew. @type {() => void} */
    this.redraw = () => {};
  }

  /** @returns {boolean} whether it differs from what it would be if nobody touched it */
  get isChanged() {
    return JSON.stringify(this.value ?? null) !== JSON.stringify(this.schema.default ?? null);
  }

  /** @returns {boolean} whether nobody has touched what it was given */
  get isAsGiven() {
    return JSON.stringify(this.value ?? null) === JSON.stringify(this.start ?? null);
  }

  /** @param {any} value undefined: nothing is given */
  write(value) {
    this.value = value;
    this.problem = "";
    this.redraw();
  }

  /** @returns {any} undefined where nothing was given or it is wrong */
  read() {
    const value = this.value === undefined ? nothingOf(this.schema) : this.value;
    const missing = value === undefined && this.required ? t("This needs a value.") : "";
    this.setProblem(shownProblem(this.element) || valueProblem(this.schema, value) || missing);
    return this.problem ? undefined : value;
  }

  /** @param {string} problem "" where there is none */
  setProblem(problem) {
    if (problem === this.problem) return;
    this.problem = problem;
    this.redraw();
  }
}

/** What an editor itself shows as wrong has not become a value: half a number, JSON that is not whole. @param {HTMLElement|null} element */
function shownProblem(element) {
  const bad = [...(element?.querySelectorAll("input") ?? [])].some((input) => input.validity.badInput);
  if (bad) return t("This is not a number.");
  return element?.querySelector("[data-unread]") ? t("What is typed here could not be read.") : "";
}

/** @param {Schema} schema @returns {any} what a form gives for a field that nobody touched: a switch is off, no box is ticked */
function nothingOf(schema) {
  const kind = valueKind(withoutNull(schema), undefined);
  return kind === "toggle" ? false : kind === "choices" ? [] : undefined;
}
