/** What agents, models and blocks have cost: the dearest first, each a press away from being looked at alone. */

import { h } from "../dom.js";
import { credits } from "../library/words.js";
import { plural, t } from "../messages.js";

/** @typedef {{name: string, cost: number, charges: number, href: string, isChosen: boolean}} Part */

const SHOWN = 8;

/** @param {string} title @param {Part[]} parts @returns {HTMLElement} */
export function breakdown(title, parts) {
  const most = Math.max(1, ...parts.map((part) => part.cost));
  const list = h(
    "ul",
    { class: "cost-parts" },
    parts.slice(0, SHOWN).map((part) => row(part, most)),
  );
  const rest = parts.slice(SHOWN);
  const more = h("button", { class: "link-button", type: "button" }, plural(rest.length, "{n} more", "{n} more"));
  more.addEventListener("click", () => (list.append(...rest.map((part) => row(part, most))), more.remove()));
  return h(
    "section",
    { class: "card cost-card", "aria-label": title },
    h("div", { class: "card-head" }, h("h2", null, title)),
    parts.length ? list : h("p", { class: "card-body muted" }, t("Nothing has cost anything here.")),
    rest.length ? h("p", { class: "card-body cost-more" }, more) : null,
  );
}

/** @param {Part} part @param {number} most */
function row(part, most) {
  const bar = h("i", { "aria-hidden": "true" });
  bar.style.width = `${(100 * part.cost) / most}%`;
  const title = plural(part.charges, "{n} charge", "{n} charges");
  const link = h(
    "a",
    { class: "cost-part", href: part.href, title, "aria-current": part.isChosen ? "true" : null },
    h("span", { class: "cost-name" }, part.name),
    h("b", null, credits(part.cost)),
    h("span", { class: "cost-share" }, bar),
  );
  return h("li", null, link);
}
