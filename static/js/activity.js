/** What goes on now and what has just ended, on every page: opened by the badge at Runs. */

import { listExecutions, listGraphNames, serverNow, stopExecution } from "./api.js";
import { listPendingReviews } from "./api/reviews.js";
import { fill, h } from "./dom.js";
import { clock, timeMs, when } from "./format.js";
import { inOrder } from "./in_order.js";
import { plural, t } from "./messages.js";
import { button, whileBusy } from "./page_head.js";
import { endedLately, markSeen } from "./recent_runs.js";
import { paths } from "./router.js";
import { hasEnded, runLook, statusIcon } from "./status.js";
import { toastError } from "./toast.js";

/** @typedef {import("./types.js").GraphExecution} GraphExecution */

const MOST_RUNS = 12;
const MOST_ENDED = 6;
const REFRESH_MS = 2000;

/** @param {HTMLElement} opener the menu stands beside it */
export async function openActivity(opener) {
  const list = h("ul", { class: "activity-list" });
  const menu = h("div", { class: "activity", popover: "auto", role: "dialog", "aria-label": t("Activity") }, list);
  const names = new Map((await listGraphNames().catch(() => [])).map((graph) => [graph.id, graph.name]));
  const ask = () => Promise.all([listExecutions().catch(() => []), listPendingReviews().catch(() => [])]);
  const show = inOrder(ask, ([runs, reviews]) => {
    const active = runs.filter((run) => !hasEnded(run.status));
    fill(
      list,
      needsYou(reviews.length),
      active.slice(0, MOST_RUNS).map((run) => row(run, names, show)),
      justEnded(endedLately(runs), names),
      foot(active.length),
    );
  });
  await show();
  markSeen();
  document.body.append(menu);
  menu.showPopover();
  place(menu, opener);
  const timer = setInterval(() => menu.contains(document.activeElement) || void show(), REFRESH_MS);
  menu.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === "open") return;
    clearInterval(timer);
    menu.remove();
    opener.focus();
  });
  menu.addEventListener("click", (event) => event.target instanceof Element && event.target.closest("a") && menu.hidePopover());
}

/** @param {HTMLElement} menu @param {HTMLElement} opener */
function place(menu, opener) {
  const at = opener.getBoundingClientRect();
  const isBar = at.top > innerHeight / 2;
  menu.style.left = `${isBar ? 12 : at.right + 14}px`;
  if (isBar) menu.style.bottom = `${innerHeight - at.top + 12}px`;
  else menu.style.top = `${Math.max(8, at.top - 8)}px`;
}

/** @param {GraphExecution} run @param {Map<string, string>} names @param {() => Promise<void>} reload */
function row(run, names, reload) {
  const name = names.get(run.graph_id) ?? t("A deleted agent");
  const look = runLook(run);
  const started = timeMs(run.started_at);
  const stop = async (/** @type {HTMLButtonElement} */ pressed) => {
    try {
      await whileBusy(pressed, t("Stopping"), () => stopExecution(run.graph_id, run.id));
    } catch (error) {
      toastError(error, t("Stop"));
    }
    dispatchEvent(new Event("runs-changed"));
    await reload();
  };
  const stopButton = button(t("Stop"), "stop", (pressed) => void stop(pressed), "small stop");
  stopButton.setAttribute("aria-label", t("Stop {name}", { name }));
  return h(
    "li",
    { class: "activity-row" },
    statusIcon(look),
    h("a", { href: paths.run(run.graph_id, run.id) }, h("span", { class: "sr-only" }, `${look.word}: `), name),
    h("span", { class: "row-time" }, Number.isNaN(started) ? look.word : clock(serverNow() - started)),
    stopButton,
  );
}

/** @param {GraphExecution[]} runs @param {Map<string, string>} names */
function justEnded(runs, names) {
  if (!runs.length) return null;
  const rows = runs.slice(0, MOST_ENDED).map((run) => {
    const look = runLook(run);
    const name = names.get(run.graph_id) ?? t("A deleted agent");
    return h(
      "li",
      { class: "activity-row" },
      statusIcon(look),
      h("a", { href: paths.run(run.graph_id, run.id) }, h("span", { class: "sr-only" }, `${look.word}: `), name),
      h("span", { class: "row-time" }, when(timeMs(run.ended_at))),
    );
  });
  return [h("li", { class: "activity-title" }, t("Just finished")), ...rows];
}

/** @param {number} count */
function needsYou(count) {
  if (!count) return null;
  const link = h("a", { href: "/runs?show=needs-you" }, plural(count, "{n} question for you", "{n} questions for you"));
  return h("li", { class: "activity-row" }, statusIcon(runLook({ status: "REVIEW" })), link);
}

/** @param {number} active */
function foot(active) {
  const more = active > MOST_RUNS ? plural(active - MOST_RUNS, "{n} more", "{n} more") : active ? "" : t("Nothing runs.");
  return h(
    "li",
    { class: "activity-row activity-foot" },
    h("a", { class: "link", href: paths.runs() }, t("All runs")),
    h("span", { class: "muted" }, more),
  );
}
