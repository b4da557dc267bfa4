/** System: how the server is. The title is the verdict. */

import { listFires } from "../api/schedules.js";
import { getStatus, getStorage, listLog, listVersions } from "../api/system.js";
import { findOllama } from "../api/welcome.js";
import { fill, h } from "../dom.js";
import { duration } from "../format.js";
import { icon } from "../icons.js";
import { plural, t } from "../messages.js";
import { button, pageHead } from "../page_head.js";
import { loadStyles } from "../styles.js";
import { backupsCard } from "../system/backups_card.js";
import { jobsCard, lateCard, problemsCard, storageCard } from "../system/cards.js";
import { checksCard } from "../system/checks_card.js";
import { clockProblem } from "../system/clock.js";
import { logCard, warningsCard } from "../system/log_card.js";
import { nowCard } from "../system/now_card.js";
import { versionsCard } from "../system/versions_card.js";
import { toastError } from "../toast.js";
import { copyText } from "../copy_text.js";

/** @typedef {import("../api/system.js").Status} Status */

const REFRESH_MS = 5000;
const WARNINGS = 50;
const FIRES = 200;

/** @type {import("../pages.js").View} */
export async function showSystem(main, place, signal) {
  if (place.query.has("log")) return showLog(main, signal);
  const answers = [
    getStatus(),
    getStorage(),
    listVersions(),
    listLog("warning", WARNINGS),
    listFires(FIRES),
    loadStyles("system.css"),
  ];
  let [status, storage, versions, warnings, fires] = await Promise.all(/** @type {any[]} */ (answers));
  if (signal.aborted) return;
  /** @type {import("../api/welcome.js").Ollama|null} */
  let ollama = null;
  const draw = () => {
    if (signal.aborted) return;
    const cards = h(
      "div",
      { class: "system" },
      problemsOf(status).length ? problemsCard(problemsOf(status)) : null,
      nowCard(status),
      checksCard(status, ollama, again),
      storageCard(storage),
      backupsCard(status, refresh),
      lateCard(status, fires),
      warningsCard(warnings),
      jobsCard(status, refresh),
      versionsCard(versions),
    );
    fill(main, systemHead(status, versions), h("p", { class: "muted system-line" }, systemLine(status)), cards);
  };
  const look = async () => {
    [status, warnings] = await Promise.all([getStatus(), listLog("warning", WARNINGS)]);
    draw();
  };
  const refresh = () => void look().catch((error) => toastError(error));
  // A model server that is slow to answer holds nothing up.
  const findModels = () =>
    void findOllama().then(
      (found) => ((ollama = found), isTouched(main) || draw()),
      () => {},
    );
  const again = () => {
    findModels();
    void getStorage()
      .then((now) => ((storage = now), look()))
      .catch((error) => toastError(error));
  };
  draw();
  findModels();
  const timer = setInterval(() => document.hidden || isTouched(main) || look().catch(() => {}), REFRESH_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** Whoever is about to press something keeps the focus. @param {HTMLElement} main */
function isTouched(main) {
  return Boolean(main.querySelector("button:focus, a:focus, summary:focus, details[open]"));
}

/** @param {Status} status @param {any[]} versions */
function systemHead(status, versions) {
  const log = h("a", { class: "button", href: "/system?log" }, icon("more"), h("span", { class: "button-label" }, t("Logs")));
  const report = () => void copyText(JSON.stringify({ ...status, versions }, null, 2), t("Copied"));
  return pageHead({ title: verdict(status), actions: [log, button(t("Copy report"), "copy", report)] });
}

/** @param {Status} status */
function systemLine(status) {
  const time = duration(status.uptime_s * 1000);
  const values = { version: status.version, time, address: location.host, folder: status.data_dir };
  return t("Version {version}, up {time}, {address}, data in {folder}", values);
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
async function showLog(main, signal) {
  const { element, reload } = logCard(signal);
  await Promise.all([reload(), loadStyles("system.css")]);
  if (signal.aborted) return;
  const again = button(t("Load again"), "again", () => void reload().catch((error) => toastError(error)));
  fill(main, pageHead({ title: t("Log"), crumbs: [[t("System"), "/system"]], actions: [again] }), element);
}

/** @param {Status} status @returns {string[]} what the server says, and what only a browser can see */
const problemsOf = (status) => [...status.problems, clockProblem(status.clock) ?? ""].filter(Boolean);

/** @param {Status} status */
function verdict(status) {
  const n = problemsOf(status).length;
  return n ? plural(n, "Everything runs, one thing to look at", "Everything runs, {n} things to look at") : t("Everything runs");
}
