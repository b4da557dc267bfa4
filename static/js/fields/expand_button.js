/** Opens a field's value in the large editor. */

import { html } from "../../vendor/react.js";
import { t } from "../messages.js";
import { valueKind, withoutNull } from "../value_kinds.js";
import { Glyph } from "./glyph.js";
import { cleared } from "./text_fields.js";

const AS_TEXT = new Set(["text", "long-text", "any"]);
const AS_JSON = new Set(["json", "dictionary", "list", "object", "table", "variants"]);
const CODE_NAME = /(^|_)(code|script|setup_commands)$/;

/** @param {{name: string, title: string, schema: import("../types.js").Schema, value: any, onChange: (value: any) => void}} props */
export function ExpandButton({ name, title, schema, value, onChange }) {
  const plain = withoutNull(schema);
  const kind = valueKind(plain, value);
  if (!AS_TEXT.has(kind) && !AS_JSON.has(kind)) return null;
  const open = () => (AS_TEXT.has(kind) ? openText(name, title, plain, value, onChange) : openJson(title, value, onChange));
  const what = AS_TEXT.has(kind) ? t("Large editor for {title}", { title }) : t("{title} as JSON", { title });
  return html`<button type="button" className="button quiet square small field-expand" aria-label=${what} title=${what}
    onClick=${() => void open()}><${Glyph} name="expand" /></button>`;
}

/** @param {import("./large_editor.js").Asked} asked */
const openLargeEditor = async (asked) => (await import("./large_editor.js")).openLargeEditor(asked);

/** @param {string} name @param {string} title @param {any} schema @param {any} value @param {(value: any) => void} onChange */
function openText(name, title, schema, value, onChange) {
  const onText = (/** @type {string} */ text) => (onChange(cleared(text, schema)), "");
  const text = String(value ?? schema.default ?? "");
  return openLargeEditor({ title, text, language: CODE_NAME.test(name) ? "python" : "text", onText });
}

/** @param {string} title @param {any} value @param {(value: any) => void} onChange */
function openJson(title, value, onChange) {
  const onText = (/** @type {string} */ text) => {
    try {
      onChange(text.trim() === "" ? undefined : JSON.parse(text));
      return "";
    } catch (error) {
      return t("This is not JSON yet: {reason}", { reason: error instanceof Error ? error.message : error });
    }
  };
  return openLargeEditor({ title, text: value === undefined ? "" : JSON.stringify(value, null, 2), language: "json", onText });
}
