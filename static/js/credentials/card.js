/** One of the credentials: what it is, where it may go, who uses it, and what can be done with it. */

import { deleteCredentials, getUsage, testCredentials, updateCredentials } from "../api/credentials.js";
import { confirmLoss, openDialog } from "../dialog.js";
import { fill, h, uniqueId } from "../dom.js";
import { exactTime, timeMs, when } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { paths } from "../router.js";
import { toast, toastError } from "../toast.js";
import { CredentialsForm, typeName } from "./form.js";

/** @typedef {import("../api/credentials.js").Credentials} Credentials */
/** @typedef {import("../api/credentials.js").Provider} Provider */

/**
 * @param {Credentials} one @param {Provider} provider @param {() => void} onChange
 * @param {import("./selection.js").Selection} selection
 * @returns {HTMLElement}
 */
export function credentialsRow(one, provider, onChange, selection) {
  const facts = [typeName(one.type), one.username, one.last4 ? `•••• ${one.last4}` : null, hostsText(one)];
  return h(
    "li",
    { class: "credentials-row" },
    one.is_system ? icon("key") : selection.box(one, one.title || provider.title),
    h(
      "div",
      { class: "credentials-facts" },
      h("strong", null, one.title || provider.title),
      h("span", { class: "muted" }, facts.filter(Boolean).join(" · ")),
      problemLine(one),
    ),
    h("span", { class: "muted credentials-used", title: exactTime(timeMs(one.last_used_at)) }, usedText(one)),
    one.is_system
      ? h("span", { class: "muted credentials-actions" }, t("of this server"))
      : h("div", { class: "credentials-actions" }, actions(one, provider, onChange)),
  );
}

/** @param {Credentials} one @returns {string} the hosts, without the port that https has anyway */
function hostsText(one) {
  const hosts = one.hosts.map((host) => host.replace(/:443$/, ""));
  const more = hosts.length > 2 ? t(" and {n} more", { n: hosts.length - 2 }) : "";
  return hosts.slice(0, 2).join(", ") + more || t("no host yet");
}

/** @param {Credentials} one */
function usedText(one) {
  if (one.is_system) return "";
  return one.last_used_at ? t("used {time}", { time: when(timeMs(one.last_used_at)) }) : t("not used yet");
}

/** @param {Credentials} one */
function problemLine(one) {
  const lost = t("Its key file is lost. Put credentials.key back, or replace the secret.");
  const expired = one.type === "api_key" && one.expires_at && timeMs(one.expires_at) < Date.now();
  const text = one.is_readable ? (one.problem ?? (expired ? t("It has expired. Replace the secret.") : "")) : lost;
  return text ? h("span", { class: "credentials-problem" }, icon("alert", "tone-wait"), text) : null;
}

/** @param {Credentials} one @param {Provider} provider @param {() => void} onChange */
function actions(one, provider, onChange) {
  const replace = one.type === "oauth2" ? t("Connect again") : t("Replace");
  return [
    button(t("Test"), "play", (pressed) => void tryOut(one, pressed), "small quiet"),
    button(t("Uses"), "clock", () => void showUses(one).catch((error) => toastError(error)), "small quiet"),
    button(t("Edit"), "file", () => edit(one, onChange), "small quiet"),
    button(replace, "again", () => openForm(replace, [provider], onChange, { replaces: one }), "small quiet"),
    button(t("Delete"), "trash", () => void remove(one, onChange), "small quiet"),
  ];
}

/**
 * The form in a dialog.
 * @param {string} title @param {Provider[]} providers @param {(made: any) => void} onDone
 * @param {{replaces?: Credentials, types?: string[], scopes?: string[]}} [options]
 */
export function openForm(title, providers, onDone, options) {
  const form = new CredentialsForm(providers, (made) => (dialog.close(), onDone(made)), options);
  const dialog = openDialog(title, form.element);
}

/** @param {Credentials} one @param {HTMLButtonElement} pressed */
async function tryOut(one, pressed) {
  try {
    const result = await whileBusy(pressed, t("Testing"), () => testCredentials(one));
    toast(result.message, { isError: result.is_ok === false });
  } catch (error) {
    toastError(error);
  }
}

/** @param {Credentials} one */
async function showUses(one) {
  const { used_by: users, uses } = await getUsage(one);
  const people = users.map((user) => h("li", null, h("span", { class: "muted" }, `${kindName(user.kind)} `), userLink(user)));
  const log = uses.map((use) =>
    h("li", null, h("time", { title: exactTime(timeMs(use.at)) }, when(timeMs(use.at))), ` ${use.action}`),
  );
  openDialog(
    t("Who uses {title}", { title: one.title ?? one.provider }),
    people.length
      ? h("ul", { class: "uses" }, people)
      : h("p", { class: "dialog-text" }, t("No agent, preset or schedule names it.")),
    h("h3", null, t("Latest uses")),
    log.length ? h("ul", { class: "uses" }, log) : h("p", { class: "dialog-text" }, t("None yet.")),
  );
}

/** @param {string} kind */
function kindName(kind) {
  const names = { run: t("Run"), agent: t("Agent"), preset: t("Preset"), schedule: t("Schedule"), webhook: t("Trigger") };
  return names[/** @type {keyof names} */ (kind)] ?? kind;
}

/** @param {import("../api/credentials.js").User} user */
function userLink(user) {
  return user.kind === "agent" ? h("a", { href: paths.agent(user.id) }, user.name || user.id) : user.name || user.id;
}

/** @param {Credentials} one @param {() => void} onChange */
function edit(one, onChange) {
  const [titleId, hostsId] = [uniqueId(), uniqueId()];
  const title = h("input", { class: "input", id: titleId, value: one.title ?? "", maxlength: 200 });
  const hosts = h("input", { class: "input", id: hostsId, value: one.hosts.join(", ") });
  const problem = h("p", { class: "field-error", role: "alert", hidden: true });
  const save = h(
    "button",
    { class: "button filled", type: "submit" },
    icon("check"),
    h("span", { class: "button-label" }, t("Save")),
  );
  const form = h(
    "form",
    { class: "credentials-form", novalidate: true },
    h("div", { class: "field" }, h("label", { class: "field-label", for: titleId }, t("Name")), title),
    h("div", { class: "field" }, h("label", { class: "field-label", for: hostsId }, t("Hosts")), hosts),
    h("p", { class: "field-hint" }, t("It is sent to no other host.")),
    problem,
    h("div", null, save),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const changes = { title: title.value.trim(), hosts: hosts.value.split(/[\s,]+/).filter(Boolean) };
    whileBusy(save, t("Saving"), () => updateCredentials(one, changes)).then(
      () => (dialog.close(), onChange()),
      (error) => {
        fill(problem, [error.message, error.hint].filter(Boolean).join(" "));
        problem.hidden = false;
      },
    );
  });
  const dialog = openDialog(t("Edit {title}", { title: one.title ?? one.provider }), form);
}

/** @param {Credentials} one @param {() => void} onChange */
async function remove(one, onChange) {
  const name = one.title ?? one.provider;
  try {
    const { used_by: users } = await getUsage(one);
    const used = users.map((user) => `${kindName(user.kind)} ${user.name || user.id}`).join(", ");
    const loss = t("The secret is gone for good.");
    const text = used ? `${t("Used by: {names}. Schedules and triggers among them are paused.", { names: used })} ${loss}` : loss;
    if (!(await confirmLoss({ title: t("Delete {title}?", { title: name }), text, verb: t("Delete") }))) return;
    const answer = await deleteCredentials(one, true);
    toast(
      answer.revoked === false
        ? t("{title} is deleted here. Its provider may still know the login.", { title: name })
        : t("{title} is deleted.", { title: name }),
    );
    onChange();
  } catch (error) {
    toastError(error);
  }
}
