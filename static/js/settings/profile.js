/** Who you are, and how times and pages look to you. */

import { changeEmail, changePassword, setName, setTimezone } from "../api/account.js";
import { h, uniqueId } from "../dom.js";
import { t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { hasPasswordSession } from "../session.js";
import { chosenTheme, isCompact, setCompact, setTheme } from "../theme_choice.js";
import { toast, toastError } from "../toast.js";
import { zoneField } from "../zone_field.js";

/** Single letters as keys of the builder; switched off for those whom they disturb. */
const LETTER_KEYS = "letter-keys";

/** @param {import("../api/account.js").User} user @returns {HTMLElement} */
export function profileCard(user) {
  const email = h("input", { class: "input", type: "email", ".value": user.email });
  const save = button(t("Change"), "check", (pressed) => void press(pressed));
  const press = async (/** @type {HTMLButtonElement} */ pressed) => {
    try {
      await whileBusy(pressed, t("Sending"), () => changeEmail(email.value));
      toast(
        t(
          "{email} counts once you have opened its link. This server sends no mails: whoever runs it finds the link in its log.",
          { email: email.value },
        ),
      );
    } catch (error) {
      toastError(error, t("The address was not changed"));
    }
  };
  return h(
    "section",
    { class: "card", "aria-label": t("Profile") },
    h("div", { class: "card-head" }, h("h2", null, t("Profile"))),
    h(
      "div",
      { class: "card-body stack settings-form" },
      nameField(user.name),
      field(t("E-mail"), h("div", { class: "settings-line" }, email, save), email),
      field(t("Time zone"), zone(user.timezone)),
      hasPasswordSession() ? passwordFields() : null,
    ),
  );
}

/** @param {string} name */
function nameField(name) {
  const input = h("input", { class: "input", maxlength: 200, autocomplete: "name", ".value": name });
  const press = async (/** @type {HTMLButtonElement} */ pressed) => {
    try {
      await whileBusy(pressed, t("Saving"), () => setName(input.value));
      toast(t("Your name is saved."));
    } catch (error) {
      toastError(error, t("The name was not saved"));
    }
  };
  const save = button(t("Save"), "check", (pressed) => void press(pressed));
  return field(t("Name"), h("div", { class: "settings-line" }, input, save), input);
}

/** @param {string} timezone */
function zone(timezone) {
  const select = zoneField(timezone);
  select.addEventListener("change", async () => {
    try {
      await setTimezone(select.value);
      toast(t("Schedules without a zone of their own go by {zone}.", { zone: select.value }));
    } catch (error) {
      toastError(error, t("The time zone was not changed"));
    }
  });
  return select;
}

function passwordFields() {
  const current = h("input", { class: "input", type: "password", autocomplete: "current-password" });
  const next = h("input", { class: "input", type: "password", autocomplete: "new-password" });
  const save = button(t("Change the password"), "key", (pressed) => void press(pressed));
  const press = async (/** @type {HTMLButtonElement} */ pressed) => {
    try {
      await whileBusy(pressed, t("Changing"), () => changePassword(current.value, next.value));
      current.value = next.value = "";
      toast(t("The password is changed. All other browsers are logged out."));
    } catch (error) {
      toastError(error, t("The password was not changed"));
    }
  };
  return h("div", { class: "stack" }, field(t("Password"), current), field(t("New password"), next), h("div", null, save));
}

/** @returns {HTMLElement} */
export function appearanceCard() {
  const themes = [
    ["system", t("As the system")],
    ["light", t("Light")],
    ["dark", t("Dark")],
  ];
  const buttons = themes.map(([name, label]) =>
    h("button", { class: "segment", type: "button", "aria-pressed": String(chosenTheme() === name) }, label),
  );
  buttons.forEach((one, i) =>
    one.addEventListener("click", () => {
      setTheme(themes[i][0]);
      buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === one)));
    }),
  );
  const compact = h("input", { type: "checkbox", role: "switch", checked: isCompact() });
  compact.addEventListener("change", () => setCompact(compact.checked));
  const letters = h("input", { type: "checkbox", role: "switch", checked: localStorage.getItem(LETTER_KEYS) !== "off" });
  letters.addEventListener("change", () => localStorage.setItem(LETTER_KEYS, letters.checked ? "on" : "off"));
  return h(
    "section",
    { class: "card", "aria-label": t("Appearance") },
    h("div", { class: "card-head" }, h("h2", null, t("Appearance"))),
    h(
      "div",
      { class: "card-body stack settings-form" },
      h(
        "div",
        { class: "field" },
        h("span", { class: "field-label" }, t("Colours")),
        h("div", { class: "segments", role: "group", "aria-label": t("Colours") }, buttons),
      ),
      h("label", { class: "switch" }, compact, t("Compact: rows are 4 px lower")),
      h("label", { class: "switch" }, letters, t("Single letters are keys in the builder (A, J, K, P ...)")),
    ),
  );
}

/** @param {string} label @param {HTMLElement} element @param {HTMLElement} [control] inside of it */
function field(label, element, control = element) {
  control.id = uniqueId();
  return h("div", { class: "field" }, h("label", { class: "field-label", for: control.id }, label), element);
}
