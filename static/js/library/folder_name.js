/** Asks what a folder is called, and for the sign before its name. */

import { openDialog } from "../dialog.js";
import { h, uniqueId } from "../dom.js";
import { t } from "../messages.js";

/** @typedef {{name: string, icon: string}} Named `icon`: an emoji, or "" for the common folder */

const OFFERED = ["📁", "⭐", "💼", "🏠", "✉️", "📈", "🧪", "🛒", "📰", "🤖"];

/** @param {string} title @param {Named} now @param {string} verb @returns {Promise<Named|null>} null where it was given up */
export function askFolderName(title, now, verb) {
  return new Promise((resolve) => {
    const [id, signId] = [uniqueId(), uniqueId()];
    const name = h("input", { class: "input", id, maxlength: 100, required: true, autofocus: true, ".value": now.name });
    const sign = h("input", { class: "input folder-emoji", id: signId, maxlength: 16, autocomplete: "off", ".value": now.icon });
    const choose = (/** @type {string} */ emoji) => (sign.value = sign.value === emoji ? "" : emoji);
    const offered = OFFERED.map((emoji) =>
      h(
        "button",
        {
          class: "button quiet square",
          type: "button",
          "aria-label": t("Sign {emoji}", { emoji }),
          on: { click: () => choose(emoji) },
        },
        emoji,
      ),
    );
    const cancel = h("button", { class: "button quiet", type: "button", on: { click: () => dialog.close() } }, t("Cancel"));
    const form = h(
      "form",
      { method: "dialog", class: "stack" },
      h("div", { class: "field" }, h("label", { class: "field-label", for: id }, t("Name")), name),
      h(
        "div",
        { class: "field" },
        h("label", { class: "field-label", for: signId }, t("Sign"), h("span", { class: "optional" }, t("optional"))),
        h("div", { class: "folder-signs" }, sign, offered),
      ),
      h("div", { class: "dialog-actions" }, cancel, h("button", { class: "button filled", type: "submit", value: "yes" }, verb)),
    );
    const dialog = openDialog(title, form);
    const given = () => ({ name: name.value.trim(), icon: firstSign(sign.value) });
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" && name.value.trim() ? given() : null));
  });
}

/** @param {string} text @returns {string} its first character as people count them: an emoji may be several code points */
function firstSign(text) {
  const [first] = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text.trim());
  return first?.segment ?? "";
}
