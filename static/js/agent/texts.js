/** An agent's name and description, changed where they stand. A save makes the next version. */

import { updateGraph } from "../api.js";
import { h } from "../dom.js";
import { t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { toast, toastError } from "../toast.js";

/** @typedef {import("../types.js").Graph} Graph */

/** @param {Graph} graph @param {{name?: string, description?: string}} texts */
export function saveTexts(graph, texts) {
  const { id, name, description, instructions, recommended_schedule_cron, nodes, links } = graph;
  return updateGraph({ id, name, description, ...texts, instructions, recommended_schedule_cron, nodes, links, is_active: true });
}

/**
 * The form that takes the place of the name and the description.
 * @param {Graph} graph @param {() => void} onSaved @param {() => void} onCancel
 */
export function textsForm(graph, onSaved, onCancel) {
  const name = h("input", { class: "input texts-name", maxlength: 1000, "aria-label": t("Name"), ".value": graph.name });
  const about = h("textarea", {
    class: "input",
    rows: 2,
    "aria-label": t("Description"),
    placeholder: t("What it is for"),
    ".value": graph.description ?? "",
  });
  const save = button(t("Save"), "check", () => form.requestSubmit(), "small");
  const cancel = button(t("Cancel"), "cross", onCancel, "small quiet");
  const form = h(
    "form",
    { class: "texts-form", "aria-label": t("Name and description") },
    name,
    about,
    h("div", { class: "texts-actions" }, save, cancel),
  );
  const send = async () => {
    const texts = { name: name.value.trim() || graph.name, description: about.value };
    if (texts.name === graph.name && texts.description === (graph.description ?? "")) return onCancel();
    try {
      await whileBusy(save, t("Saving"), () => saveTexts(graph, texts));
      toast(t("Saved as the next version."));
      onSaved();
    } catch (error) {
      toastError(error, t("Not saved"));
    }
  };
  form.addEventListener("submit", (event) => (event.preventDefault(), void send()));
  form.addEventListener("keydown", (event) => event.key === "Escape" && onCancel());
  return { element: form, focus: () => name.select() };
}
