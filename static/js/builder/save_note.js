/** Saves a version with words about it, for the list of versions. */

import { h, uniqueId } from "../dom.js";
import { openDialog } from "../dialog.js";
import { t } from "../messages.js";
import { saveVersion } from "./save.js";

const MOST_CHARS = 500;

/** @param {import("./builder.js").Builder} builder */
export function askForNote(builder) {
  const id = uniqueId();
  const field = h("textarea", { class: "input", id, rows: 3, maxlength: MOST_CHARS, autofocus: true });
  const save = h("button", { class: "button filled", type: "submit" }, t("Save version"));
  const cancel = h("button", { class: "button", type: "button", on: { click: () => dialog.close() } }, t("Cancel"));
  const form = h(
    "form",
    { class: "stack" },
    h("div", { class: "field" }, h("label", { class: "field-label", for: id }, t("What is new in it?")), field),
    h("div", { class: "dialog-actions" }, cancel, save),
  );
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    dialog.close();
    await saveVersion(builder, field.value);
  };
  form.addEventListener("submit", (event) => void send(event));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (event.preventDefault(), form.requestSubmit());
  });
  const dialog = openDialog(t("Save version"), form);
  field.focus();
}
