/** A value in the large editor: texts as they are, everything else as JSON. */

import { t } from "../messages.js";
import { cleared } from "./text_fields.js";

const CODE_NAME = /(^|_)(code|script|setup_commands)$/;

/** @typedef {{name: string, title: string, schema: import("../types.js").Schema, value: any, onChange: (value: any) => void}} Opened `schema` without "or null" */

/** @param {Opened} opened @param {boolean} isText */
export async function openValue(opened, isText) {
  const { openLargeEditor } = await import("./large_editor.js");
  return openLargeEditor(isText ? asText(opened) : asJson(opened));
}

/** @param {Opened} opened @returns {import("./large_editor.js").Asked} */
function asText({ name, title, schema, value, onChange }) {
  const onText = (/** @type {string} */ text) => (onChange(cleared(text, schema)), "");
  return { title, text: String(value ?? schema.default ?? ""), language: CODE_NAME.test(name) ? "python" : "text", onText };
}

/** @param {Opened} opened @returns {import("./large_editor.js").Asked} */
function asJson({ title, value, onChange }) {
  const onText = (/** @type {string} */ text) => {
    try {
      onChange(text.trim() === "" ? undefined : JSON.parse(text));
      return "";
    } catch (error) {
      return t("This is not JSON yet: {reason}", { reason: error instanceof Error ? error.message : error });
    }
  };
  return { title, text: value === undefined ? "" : JSON.stringify(value, null, 2), language: "json", onText };
}
