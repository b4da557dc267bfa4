/** The control for a value, made from its JSON schema. It tells every change at once, so that undo and the draft follow it. */

import { html, useMemo } from "../../vendor/react.js";
import { withoutNull } from "../schema_options.js";
import { valueKind } from "../value_kinds.js";
import { isTooLarge } from "../value_weight.js";
import { Choice, Choices, Toggle } from "./choice_fields.js";
import { DictionaryField } from "./dictionary_field.js";
import { FileField } from "./file_field.js";
import { HugeField } from "./huge_field.js";
import { JsonField } from "./json_field.js";
import { ListField } from "./list_field.js";
import { ModelField } from "./model_field.js";
import { NumberField } from "./number_field.js";
import { ObjectField, VariantsField } from "./object_fields.js";
import { TableField } from "./table_field.js";
import { LongTextField, SecretField, TextField } from "./text_fields.js";
import { DateField, DateTimeField, TimeField } from "./time_fields.js";

/**
 * @typedef {Object} FieldProps
 * @property {import("../types.js").Schema} schema without "or null"
 * @property {any} value
 * @property {string} id
 * @property {string} [label] for screen readers, where no label element belongs to the control
 * @property {Record<string, any>} [linked] keys or items that a link fills, each with the element that says so
 * @property {(value: any, part?: PartChange) => void} onChange undefined: nothing is given
 */
/** @typedef {{part: string, to: string|null}} PartChange a key or item got another name, or null: was removed */

/** @type {Record<import("../value_kinds.js").ValueKind, any>} */
const CONTROLS = {
  any: TextField,
  choice: Choice,
  choices: Choices,
  date: DateField,
  "date-time": DateTimeField,
  dictionary: DictionaryField,
  file: FileField,
  json: JsonField,
  list: ListField,
  "long-text": LongTextField,
  model: ModelField,
  number: NumberField,
  object: ObjectField,
  secret: SecretField,
  table: TableField,
  text: TextField,
  time: TimeField,
  toggle: Toggle,
  variants: VariantsField,
};

/** @param {FieldProps} props */
export function ValueField(props) {
  const schema = useMemo(() => withoutNull(props.schema), [props.schema]);
  if (isTooLarge(props.value)) return html`<${HugeField} ...${props} schema=${schema} />`;
  const kind = valueKind(schema, props.value);
  return html`<${CONTROLS[kind]} ...${props} schema=${schema} />`;
}
