/** The page for somebody who is not logged in: how to get a link, and where the server has passwords, a form. */

import { fill, h, uniqueId } from "../dom.js";
import { logo } from "../frame.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { beginSession } from "../begin_session.js";
import { copyText } from "../copy_text.js";

const COMMAND = "autogpt-lite open";
const MIN_PASSWORD_CHARS = 8;

/** @typedef {{problem: string, ways: string[], onLogin: () => void}} Login */

/** @param {HTMLElement} app @param {Login} login `problem` is why a link did not work, or "" */
export function showLogin(app, login) {
  if (login.ways.includes("password")) showLoginForm(app, login);
  else
    fill(
      app,
      frameOf(login.problem ? t("This link did not work") : t("This page needs a link"), problemOf(login.problem), linkHelp()),
    );
}

/** @param {HTMLElement} app @param {Login} login */
function showLoginForm(app, login) {
  const form = makeForm({
    fields: [emailField(), passwordField(t("Password"), "current-password")],
    action: t("Log in"),
    send: (values) => beginSession("login", values),
    done: login.onLogin,
  });
  const signUp = () => showSignUp(app, login);
  const other = login.ways.includes("sign_up") && h("p", { class: "login-text" }, textButton(t("Make an account"), signUp));
  const help = h(
    "details",
    { class: "login-help" },
    h("summary", null, t("No password, or forgotten?")),
    h(
      "div",
      { class: "login-help-body" },
      h("p", { class: "login-text" }, t("An administrator of this server can give you a link to a new password.")),
      linkHelp(),
    ),
  );
  fill(app, frameOf(t("Log in"), problemOf(login.problem), form, other, help));
  form.querySelector("input")?.focus();
}

/** @param {HTMLElement} app @param {Login} login */
function showSignUp(app, login) {
  const form = makeForm({
    fields: [emailField(), nameField(), newPasswordField()],
    action: t("Make an account"),
    send: (values) => beginSession("signup", values),
    done: login.onLogin,
  });
  const back = textButton(t("Log in instead"), () => showLogin(app, { ...login, problem: "" }));
  fill(app, frameOf(t("Make an account"), form, h("p", { class: "login-text" }, back)));
  form.querySelector("input")?.focus();
}

/** @param {HTMLElement} app @param {string} code from an administrator's link @param {() => void} onLogin */
export function showNewPassword(app, code, onLogin) {
  const form = makeForm({
    fields: [newPasswordField()],
    action: t("Save and log in"),
    send: (values) => beginSession("reset", { code, password: values.password }),
    done: onLogin,
  });
  const note = h("p", { class: "login-text" }, t("All other browsers that are logged in to this account are logged out."));
  fill(app, frameOf(t("Choose a new password"), form, note));
  form.querySelector("input")?.focus();
}

// --- parts ------------------------------------------------------------------------------------------------

/** @param {string} title @param {...any} children */
function frameOf(title, ...children) {
  return h(
    "main",
    { class: "login" },
    h("div", { class: "login-brand" }, logo(), "autogpt_lite"),
    h("h1", null, title),
    children,
  );
}

/** @param {string} problem */
function problemOf(problem) {
  return problem && h("p", { class: "login-problem", role: "alert" }, icon("alert", "tone-wait"), problem);
}

function linkHelp() {
  const copy = h(
    "button",
    { class: "button small", type: "button", on: { click: () => void copyText(COMMAND, t("Copied")) } },
    icon("copy"),
    t("Copy"),
  );
  return [
    h("p", { class: "login-text" }, t("On the computer where the server runs, open a terminal and type:")),
    h("p", { class: "command" }, h("code", null, COMMAND), copy),
    h(
      "p",
      { class: "login-text" },
      t(
        "It opens this page with a link that logs this browser in. A link works once, for a few minutes, so that nobody else can use it.",
      ),
    ),
    h("p", { class: "login-text muted" }, t("Nothing is lost: agents and runs go on while you are away.")),
  ];
}

/** @param {string} label @param {() => void} click */
function textButton(label, click) {
  return h("button", { class: "link-button", type: "button", on: { click } }, label);
}

/** @param {string} label @param {Record<string, any>} props of the input @param {string} [hint] */
function field(label, props, hint) {
  const id = uniqueId();
  const about = hint ? h("p", { class: "field-hint", id: `${id}-hint` }, hint) : null;
  const input = h("input", { class: "input", id, required: true, "aria-describedby": about?.id, ...props });
  return h("div", { class: "field" }, h("label", { class: "field-label", for: id }, label), input, about);
}

const emailField = () => field(t("E-mail"), { name: "email", type: "email", autocomplete: "username", maxlength: 254 });
const nameField = () => field(t("Name"), { name: "name", autocomplete: "name", maxlength: 200, required: false });

/** @param {string} label @param {string} autocomplete @param {Record<string, any>} [more] @param {string} [hint] */
const passwordField = (label, autocomplete, more, hint) =>
  field(label, { name: "password", type: "password", autocomplete, maxlength: 256, ...more }, hint);

const newPasswordField = () =>
  passwordField(
    t("New password"),
    "new-password",
    { minlength: MIN_PASSWORD_CHARS },
    t("At least {n} characters. Four words that do not belong together are easy to keep in mind.", { n: MIN_PASSWORD_CHARS }),
  );

/**
 * A form that opens a session; what went wrong is said in it, and what was typed stays.
 * @param {{fields: HTMLElement[], action: string, done: () => void,
 *          send: (values: Record<string, string>) => Promise<import("../begin_session.js").LoginResult>}} given
 */
function makeForm({ fields, action, done, send }) {
  const problem = h("div", { "aria-live": "assertive" });
  const button = h("button", { class: "button filled", type: "submit" }, action);
  const form = h("form", { class: "login-form" }, fields, problem, h("div", null, button));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    const answer = await send(values).finally(() => (button.disabled = false));
    if (answer.problem === null) return done();
    fill(problem, problemOf(answer.problem));
    form.querySelector("input")?.focus();
  });
  return form;
}
