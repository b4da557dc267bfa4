/** What the server is made of, and where its figures are for others. */

import { h } from "../dom.js";
import { t } from "../messages.js";
import { card } from "./cards.js";

/** @param {{name: string, version: string}[]} versions */
export function versionsCard(versions) {
  const rows = versions.map(({ name, version }) => h("div", null, h("dt", null, name), h("dd", null, version)));
  const note = t("Figures for Prometheus are at /metrics; it wants the owner's token or a login.");
  const open = h("a", { href: "/openapi.json", target: "_blank", rel: "noopener" }, t("The whole API"));
  const element = card(t("Versions"), open, h("dl", { class: "versions" }, rows), h("p", { class: "card-foot-line" }, note));
  element.classList.add("system-wide");
  return element;
}
