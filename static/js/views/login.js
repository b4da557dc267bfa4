/** The page for somebody who has not come through a link. */

import { fill, h } from "../dom.js";
import { logo } from "../frame.js";
import { icon } from "../icons.js";
import { copyText } from "../value_view.js";
import { t } from "../messages.js";

const COMMAND = "autogpt-lite open";

/** @param {HTMLElement} app @param {string} problem why a link did not work, or "" */
export function showLogin(app, problem) {
  const copy = h(
    "button",
    { class: "button small", type: "button", on: { click: () => void copyText(COMMAND, t("Copied")) } },
    icon("copy"),
    t("Copy"),
  );
  const refused = problem && h("p", { class: "login-problem", role: "alert" }, icon("alert", "tone-wait"), problem);
  const page = h(
    "main",
    { class: "login" },
    h("div", { class: "login-brand" }, logo(), "autogpt_lite"),
    h("h1", null, problem ? t("This link did not work") : t("This page needs a link")),
    refused,
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
  );
  fill(app, page);
}
