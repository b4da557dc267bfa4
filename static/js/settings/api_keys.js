/** The keys that programs use instead of a login. */

import { createApiKey, listApiKeys, revokeApiKey, switchApiKey } from "../api/account.js";
import { confirmLoss } from "../dialog.js";
import { fill, h, uniqueId } from "../dom.js";
import { timeMs, when } from "../format.js";
import { inOrder } from "../in_order.js";
import { t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { toastError } from "../toast.js";
import { copyText } from "../copy_text.js";

/** @typedef {import("../api/account.js").ApiKey} ApiKey */

/** @type {[string, string][]} */
const PERMISSIONS = [
  ["EXECUTE_GRAPH", t("Run agents")],
  ["READ_GRAPH", t("Read agents and runs")],
  ["WRITE_GRAPH", t("Change agents")],
  ["EXECUTE_BLOCK", t("Run single blocks")],
  ["READ_BLOCK", t("List blocks")],
  ["WRITE_LIBRARY", t("Change the library")],
  ["READ_SCHEDULE", t("Read schedules")],
  ["WRITE_SCHEDULE", t("Change schedules")],
  ["READ_INTEGRATIONS", t("List keys and triggers")],
  ["MANAGE_INTEGRATIONS", t("Change keys and triggers")],
  ["DELETE_INTEGRATIONS", t("Delete keys and triggers")],
  ["IDENTITY", t("Read who you are")],
];

const PRESET = ["EXECUTE_GRAPH", "READ_GRAPH"];

/** @returns {HTMLElement} */
export function apiKeysCard() {
  const list = h("ul", { class: "settings-list" });
  const load = inOrder(listApiKeys, (all) => {
    const keys = all.filter((key) => key.status !== "REVOKED");
    fill(
      list,
      keys.length
        ? keys.map((key) => keyRow(key, reload))
        : h("li", { class: "muted" }, t("There are none. A program needs one to start agents here.")),
    );
  });
  const reload = () => void load().catch((error) => toastError(error));
  const place = h("div");
  const add = button(
    t("New API key"),
    "plus",
    () =>
      fill(
        place,
        newKeyForm(() => (fill(place), reload()), reload),
      ),
    "small",
  );
  reload();
  return h(
    "section",
    { class: "card", "aria-label": t("API keys") },
    h("div", { class: "card-head" }, h("h2", null, t("API keys")), h("span", { class: "grow" }), add),
    place,
    list,
  );
}

/** @param {ApiKey} key @param {() => void} onChange */
function keyRow(key, onChange) {
  const box = h("input", {
    type: "checkbox",
    role: "switch",
    "aria-label": t("{name} is on", { name: key.name }),
    checked: key.status === "ACTIVE",
  });
  box.addEventListener(
    "change",
    () =>
      void switchApiKey(key.id, box.checked)
        .catch((error) => toastError(error))
        .then(onChange),
  );
  const remove = button(t("Revoke"), "trash", () => void revoke(key, onChange), "small delete");
  const used = key.last_used_at ? t("used {time}", { time: when(timeMs(key.last_used_at)) }) : t("never used");
  const may = key.permissions.map((name) => PERMISSIONS.find(([id]) => id === name)?.[1] ?? name).join(", ");
  return h(
    "li",
    null,
    h(
      "span",
      { class: "settings-what" },
      h("b", null, key.name),
      " ",
      h("code", null, `${key.prefix}…${key.postfix}`),
      h("span", { class: "muted" }, `${may} · ${used}`),
    ),
    h("span", { class: "switch" }, box),
    remove,
  );
}

/** @param {ApiKey} key @param {() => void} onChange */
async function revoke(key, onChange) {
  const text = t("Programs that use it are refused from this moment on. It cannot be brought back.");
  if (!(await confirmLoss({ title: t("Revoke “{name}”?", { name: key.name }), text, verb: t("Revoke") }))) return;
  await revokeApiKey(key.id).catch((error) => toastError(error));
  onChange();
}

/** @param {() => void} onClose @param {() => void} onMade */
function newKeyForm(onClose, onMade) {
  const id = uniqueId();
  const name = h("input", { class: "input", id, maxlength: 200, required: true });
  const boxes = PERMISSIONS.map(([value]) => h("input", { type: "checkbox", value, checked: PRESET.includes(value) }));
  const made = h("div", { role: "status" });
  const create = button(t("Create"), "check", (pressed) => void press(pressed), "filled");
  const press = async (/** @type {HTMLButtonElement} */ pressed) => {
    if (!name.reportValidity()) return;
    const permissions = boxes.filter((box) => box.checked).map((box) => box.value);
    try {
      const answer = await whileBusy(pressed, t("Creating"), () => createApiKey(name.value, permissions));
      fill(made, shownOnce(answer.plain_text_key));
      onMade();
    } catch (error) {
      toastError(error, t("No key was made"));
    }
  };
  return h(
    "div",
    { class: "card-body stack settings-form" },
    h("div", { class: "field" }, h("label", { class: "field-label", for: id }, t("What is it for?")), name),
    h(
      "fieldset",
      { class: "settings-boxes" },
      h("legend", null, t("It may")),
      boxes.map((box, i) => h("label", null, box, PERMISSIONS[i][1])),
    ),
    h("div", { class: "settings-actions" }, create, button(t("Close"), "cross", onClose, "quiet")),
    made,
  );
}

/** @param {string} key */
function shownOnce(key) {
  return h(
    "p",
    { class: "settings-once" },
    t("Copy it now, it is not shown again:"),
    h("code", { class: "code-line" }, key),
    button(t("Copy"), "copy", () => void copyText(key, t("Copied")), "small"),
  );
}
