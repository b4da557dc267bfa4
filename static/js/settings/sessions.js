/** The browsers that are logged in. */

import { endSession, listSessions } from "../api/account.js";
import { fill, h } from "../dom.js";
import { timeMs, when } from "../format.js";
import { inOrder } from "../in_order.js";
import { t } from "../messages.js";
import { button } from "../page_head.js";
import { toastError } from "../toast.js";

/** @returns {HTMLElement} */
export function sessionsCard() {
  const list = h("ul", { class: "settings-list" });
  const load = inOrder(listSessions, (sessions) =>
    fill(
      list,
      sessions.map((session) => row(session, reload)),
    ),
  );
  const reload = () => void load().catch((error) => toastError(error));
  reload();
  return h(
    "section",
    { class: "card", "aria-label": t("Browsers") },
    h("div", { class: "card-head" }, h("h2", null, t("Browsers that are logged in"))),
    list,
  );
}

/** @param {import("../api/account.js").Session} session @param {() => void} onChange */
function row(session, onChange) {
  const end = () =>
    void endSession(session.id)
      .catch((error) => toastError(error))
      .then(onChange);
  const since = t("since {time}, from {address}", {
    time: when(timeMs(session.created_at)),
    address: session.remote || t("an unknown address"),
  });
  return h(
    "li",
    null,
    h("span", { class: "settings-what" }, h("b", null, browserName(session.user_agent)), h("span", { class: "muted" }, since)),
    session.is_current ? h("span", { class: "badge tone-done" }, t("This one")) : button(t("Log out"), "cross", end, "small"),
  );
}

/** @param {string} agent @returns {string} */
function browserName(agent) {
  const known = ["Edg", "OPR", "Firefox", "Chrome", "Safari"].find((name) => agent.includes(name));
  const names = /** @type {Record<string, string>} */ ({ Edg: "Edge", OPR: "Opera" });
  return known ? (names[known] ?? known) : agent.slice(0, 60) || t("Unknown browser");
}
