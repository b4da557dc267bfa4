/** Opens a field's value in the large editor. */

import { html } from "../../vendor/react.js";
import { t } from "../messages.js";
import { withoutNull } from "../schema_options.js";
import { valueKind } from "../value_kinds.js";
import { isTooLarge } from "../value_weight.js";
import { Glyph } from "./glyph.js";
import { openValue } from "./open_value.js";

const AS_TEXT = new Set(["text", "long-text", "any"]);
const AS_JSON = new Set(["json", "dictionary", "list", "object", "table", "variants"]);

/** @param {import("./open_value.js").Opened & {id: string}} props `id` of the field, whose label says what is opened */
export function ExpandButton({ id, schema, value, ...rest }) {
  const plain = withoutNull(schema);
  const kind = valueKind(plain, value);
  const isText = AS_TEXT.has(kind);
  if ((!isText && !AS_JSON.has(kind)) || isTooLarge(value)) return null;
  const what = isText ? t("Large editor") : t("As JSON");
  return html`<button type="button" className="button quiet square small field-expand" aria-label=${what} title=${what}
    aria-describedby=${`${id}-label`} onClick=${() => void openValue({ ...rest, schema: plain, value }, isText)}>
    <${Glyph} name="expand" /></button>`;
}
