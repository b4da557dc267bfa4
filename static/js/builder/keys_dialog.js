/** All keys of the builder, made from the list of actions. */

import { openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { t } from "../messages.js";

/** @param {Iterable<import("./actions.js").Action>} actions */
export function showKeys(actions) {
  const rows = [...actions]
    .filter((action) => action.keys)
    .map((action) => h("div", { class: "keys-row" }, h("dt", null, action.label), h("dd", null, h("kbd", null, action.keys))));
  const isOff = localStorage.getItem("letter-keys") === "off";
  const note = isOff
    ? t("Single letters are switched off in the settings.")
    : t("Single letters can be switched off in the settings.");
  const dialog = openDialog(
    t("All keys"),
    h("dl", { class: "keys", tabindex: 0, "aria-label": t("Keys") }, rows),
    h("p", { class: "muted" }, note),
  );
  dialog.classList.add("keys-dialog");
}
