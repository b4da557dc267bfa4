/** What stands around every page: the rail with the places (a bar at the bottom on a phone). */

import { listExecutions, logOut, setLoggedOutListener } from "./api.js";
import { h, svg } from "./dom.js";
import { icon } from "./icons.js";
import { inOrder } from "./in_order.js";
import { PLACES } from "./pages.js";
import { countUnseen, endedLately } from "./recent_runs.js";
import { hasPasswordSession } from "./session.js";
import { hasEnded } from "./status.js";
import { loadStyles } from "./styles.js";
import { t } from "./messages.js";

/** @typedef {{element: HTMLElement, main: HTMLElement, showPlace: (name: string) => void, close: () => void}} Frame */

const REFRESH_MS = 15_000;
const CHANGES = ["runs-changed", "activity-seen"];

/** So many places are in a phone's bar, where the rest stands under "More". */
const ON_PHONE = 4;

/** @returns {Frame} */
export function makeFrame() {
  const main = h("main", { id: "main", tabindex: -1 });
  const badge = h("button", { class: "rail-badge", type: "button", "aria-haspopup": "dialog", hidden: true });
  badge.addEventListener("click", () => void openActivity(badge));
  const items = PLACES.map((place, i) => {
    const props = { class: `rail-item ${i < ON_PHONE ? "" : "not-on-phone"}`.trim(), href: place.href };
    const link = h("a", props, icon(place.icon), place.label);
    // A button cannot stand inside a link.
    const element = place.pages.includes("runs") ? h("span", { class: "rail-place" }, link, badge) : link;
    return { link, element, ...place };
  });
  const skip = h("a", { class: "skip-link", href: "#main", on: { click: () => main.focus() } }, t("To the content"));
  const atFoot = PLACES.length > ON_PHONE ? "rail-item not-on-phone" : "rail-item";
  const nav = h(
    "nav",
    { class: "rail", "aria-label": t("Places") },
    logo(),
    items.filter((item) => !item.isAtFoot).map((item) => item.element),
    h("span", { class: "rail-gap" }),
    items.filter((item) => item.isAtFoot).map((item) => item.element),
    hasPasswordSession() && logOutButton(atFoot),
    PLACES.length > ON_PHONE ? moreButton() : null,
  );
  const timer = setInterval(() => refresh(), REFRESH_MS);
  const count = inOrder(
    () => listExecutions().catch(() => []),
    (runs) => showCount(badge, runs),
  );
  const refresh = () => document.hidden || void count();
  for (const event of CHANGES) addEventListener(event, refresh);
  const close = () => {
    clearInterval(timer);
    for (const event of CHANGES) removeEventListener(event, refresh);
  };
  const element = h("div", { class: "frame" }, skip, nav, main);
  const showPlace = (/** @type {string} */ name) => {
    element.dataset.page = name;
    for (const { link, pages } of items) markCurrent(link, pages.includes(name));
    refresh();
  };
  return { element, main, showPlace, close };
}

/** @param {HTMLElement} badge */
async function openActivity(badge) {
  const [activity] = await Promise.all([import("./activity.js"), loadStyles("activity.css")]);
  await activity.openActivity(badge);
}

/** @param {HTMLElement} link @param {boolean} current */
function markCurrent(link, current) {
  if (current) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
}

/**
 * How many runs go on now, or else have ended since one looked; a dot where there is only something to look back at. It is only an
 * ornament: where the server does not answer, the page itself says so.
 * @param {HTMLElement} badge @param {import("./types.js").GraphExecution[]} runs
 */
function showCount(badge, runs) {
  const active = runs.filter((run) => !hasEnded(run.status)).length;
  const fresh = countUnseen(runs);
  badge.hidden = active === 0 && !endedLately(runs).length;
  badge.classList.toggle("is-quiet", active === 0);
  badge.textContent = active || fresh ? String(active || fresh) : "";
  badge.title = active ? t("{n} going on", { n: active }) : t("{n} just finished", { n: fresh });
  badge.setAttribute("aria-label", t("{what}: show", { what: badge.title }));
}

/** A phone's way to the places that its bar has no room for. */
function moreButton() {
  const open = async () => {
    const { openDialog } = await import("./dialog.js");
    const links = PLACES.slice(ON_PHONE).map((place) =>
      h("a", { class: "more-item", href: place.href }, icon(place.icon), place.label),
    );
    const leave = hasPasswordSession() && logOutButton("more-item");
    const dialog = openDialog(t("More"), h("nav", { class: "more", "aria-label": t("More") }, links, leave));
    dialog.classList.add("sheet");
    for (const link of links) link.addEventListener("click", () => dialog.close());
  };
  return h("button", { class: "rail-item only-on-phone", type: "button", on: { click: open } }, icon("more"), t("More"));
}

/** @param {string} kind class of the button */
function logOutButton(kind) {
  const leave = () => {
    setLoggedOutListener(() => {}); // or a form comes up now that goes with this page, and with it what was typed into it
    void logOut().finally(() => location.assign("/"));
  };
  return h("button", { class: kind, type: "button", on: { click: leave } }, icon("leave"), h("span", null, t("Log out")));
}

/** @returns {SVGElement} two nodes, a link, and a third one that waits */
export function logo() {
  return svg(
    "svg",
    { class: "logo", viewBox: "0 0 34 34", "aria-hidden": "true" },
    svg("rect", { class: "logo-ground", width: 34, height: 34, rx: 10 }),
    svg("path", { class: "logo-line", d: "M11 23C18 23 13.5 11 22 11" }),
    svg("circle", { class: "logo-from", cx: 10.5, cy: 23, r: 3.4 }),
    svg("circle", { class: "logo-to", cx: 23.5, cy: 11, r: 3.4 }),
    svg("circle", { class: "logo-next", cx: 23.5, cy: 23, r: 2.8 }),
  );
}
