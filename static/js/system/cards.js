/** The cards of the System page. Each is drawn from one answer of the server. */

import { makeBackup, runJob } from "../api/system.js";
import { h } from "../dom.js";
import { duration, exactTime, number, size, timeMs, when, whenComing } from "../format.js";
import { icon } from "../icons.js";
import { plural, t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { paths } from "../router.js";
import { toast, toastError } from "../toast.js";

/** @typedef {import("../api/system.js").Status} Status */
/** @typedef {import("../api/system.js").Storage} Storage */

const LOW_DISK_SHARE = 0.05;
const OLD_BACKUP_MS = 8 * 86_400_000;

/** @type {Record<string, string>} */
const PART_NAMES = {
  runs: t("Runs: inputs, outputs, history"),
  agents: t("Agents and versions"),
  "automatic starts": t("Schedules and triggers"),
  search: t("Search over runs"),
  "credentials and accounts": t("Keys and accounts"),
  charges: t("Costs"),
  other: t("The rest"),
};

/** @param {string} title @param {any} beside @param {...any} body @returns {HTMLElement} */
function card(title, beside, ...body) {
  return h(
    "section",
    { class: "card system-card", "aria-label": title },
    h("div", { class: "card-head" }, h("h2", null, title), h("span", { class: "grow" }), beside),
    body,
  );
}

/** @param {Status} status */
export function nowCard(status) {
  const { queue } = status;
  const facts = [
    [t("Running"), number(queue.running), t("of {n} places", { n: number(queue.places) })],
    [t("Waiting"), number(queue.waiting), ""],
    [t("Memory"), size(status.memory_bytes ?? 0), ""],
    [t("Up for"), duration(status.uptime_s * 1000), ""],
  ];
  const runs = status.running.map((run) =>
    h(
      "li",
      null,
      h("a", { href: paths.run(run.graph_id, run.id) }, run.name || t("Agent without a name")),
      h("span", { class: "muted" }, plural(run.node_executions, "{n} node", "{n} nodes")),
    ),
  );
  return card(
    t("Now"),
    null,
    h(
      "dl",
      { class: "system-facts" },
      facts.map(([name, value, more]) => h("div", null, h("dt", null, name), h("dd", null, value, " ", h("small", null, more)))),
    ),
    runs.length
      ? h("ul", { class: "system-list" }, runs)
      : h("p", { class: "card-body muted" }, t("Nothing runs at the moment.")),
  );
}

/** @param {Status} status */
export function checksCard(status) {
  const { database, disk, late_runs: late, jobs } = status;
  const failing = jobs.filter((job) => job.last_error);
  const copy = status.backups[0];
  const isOld = !copy || Date.now() - timeMs(copy.made_at) > OLD_BACKUP_MS;
  const nLate = late.late_count + late.stuck_count;
  const rows = [
    check(t("Database"), !database.failure, database.failure ?? t("can be written")),
    check(t("Disk"), disk.free_bytes > disk.total_bytes * LOW_DISK_SHARE, t("{size} free", { size: size(disk.free_bytes) })),
    check(t("Backup copy"), !isOld, copy ? when(timeMs(copy.made_at)) : t("none was made")),
    check(t("Late and stuck runs"), nLate === 0, nLate ? number(nLate) : t("none")),
    check(t("System jobs"), !failing.length, failing.length ? failing.map((job) => job.name).join(", ") : t("all went well")),
  ];
  return card(t("Checks"), null, h("ul", { class: "system-list" }, rows));
}

/** @param {string} name @param {boolean} isGood @param {string} said */
function check(name, isGood, said) {
  const look = isGood ? icon("check", "tone-done") : icon("alert", "tone-wait");
  return h("li", null, look, h("b", { class: "grow" }, name), h("span", { class: isGood ? "muted" : "tone-wait" }, said));
}

/** @param {Storage} storage */
export function storageCard(storage) {
  const total = storage.file_bytes + storage.log_bytes || 1;
  const parts = [
    ...storage.parts.map((part) => ({ name: PART_NAMES[part.name] ?? part.name, bytes: part.size_bytes })),
    { name: t("Free inside the file"), bytes: storage.free_bytes },
    { name: t("Log beside it"), bytes: storage.log_bytes },
  ].filter((part) => part.bytes);
  const bar = h(
    "div",
    { class: "storage-bar", "aria-hidden": "true" },
    parts.map((part, i) => {
      const piece = h("span", { class: `storage-${i}` });
      piece.style.flexGrow = String(part.bytes / total);
      return piece;
    }),
  );
  const rows = parts.map((part, i) =>
    h(
      "li",
      null,
      h("span", { class: `storage-dot storage-${i}` }),
      h("span", { class: "grow" }, part.name),
      h("b", null, size(part.bytes)),
    ),
  );
  const element = card(t("Storage"), h("b", null, size(total)), bar, h("ul", { class: "system-list" }, rows));
  element.classList.add("system-tall");
  return element;
}

/** @param {Status} status @param {() => void} onChange */
export function backupsCard(status, onChange) {
  const make = button(t("Back up now"), "archive", (pressed) => void backUp(pressed, onChange), "small filled");
  const rows = status.backups.slice(0, 5).map((one) => {
    const at = timeMs(one.made_at);
    return h(
      "li",
      { title: one.name },
      h("time", { class: "grow", title: exactTime(at) }, when(at)),
      h("b", null, size(one.size_bytes)),
    );
  });
  const none = h(
    "p",
    { class: "card-body muted" },
    t("A backup is one file in the data directory. `autogpt-lite restore FILE` puts it back."),
  );
  return card(t("Backups"), make, rows.length ? h("ul", { class: "system-list" }, rows) : none);
}

/** @param {HTMLButtonElement} pressed @param {() => void} onChange */
async function backUp(pressed, onChange) {
  try {
    const made = await whileBusy(pressed, t("Backing up"), makeBackup);
    toast(t("{name} is made, {size}.", { name: made.name, size: size(made.size_bytes) }));
    onChange();
  } catch (error) {
    toastError(error, t("No backup was made"));
  }
}

/** @param {Status} status */
export function lateCard(status) {
  const runs = [...status.late_runs.late, ...status.late_runs.stuck];
  const rows = runs.map((run) =>
    h(
      "li",
      { class: "late-run" },
      h(
        "a",
        { href: paths.run(run.graph_id, run.id) },
        t("{status} for {time}", { status: run.status, time: duration(run.waiting_s * 1000) }),
      ),
      h("span", { class: "muted" }, run.reason),
    ),
  );
  const none = h(
    "p",
    { class: "card-body muted" },
    t("No run waits for more than five minutes, and none has stopped making progress."),
  );
  return card(t("Late and stuck"), null, rows.length ? h("ul", { class: "system-list" }, rows) : none);
}

/** @param {Status} status @param {() => void} onChange */
export function jobsCard(status, onChange) {
  const rows = status.jobs.map((job) => {
    const start = h("button", { class: "button small", type: "button" }, h("span", { class: "button-label" }, t("Run")));
    start.setAttribute("aria-label", t("Run {name}", { name: job.name }));
    start.addEventListener("click", async () => {
      await whileBusy(start, t("Running"), () => runJob(job.name)).catch((error) => toastError(error));
      onChange();
    });
    const last = job.last_error ?? job.last_result ?? "";
    return h(
      "li",
      { class: "job" },
      h("span", { class: "job-name" }, h("b", null, job.name), h("span", { class: "muted" }, job.description)),
      h(
        "span",
        { class: job.last_error ? "tone-failed" : "muted" },
        job.last_run_at ? `${when(timeMs(job.last_run_at))}: ${last}` : t("Has not run yet"),
      ),
      h("span", { class: "muted job-next" }, job.next_run_at ? whenComing(timeMs(job.next_run_at)) : ""),
      start,
    );
  });
  return card(t("What the server does by itself"), null, h("ul", { class: "system-list" }, rows));
}

/** @param {string[]} problems */
export function problemsCard(problems) {
  const element = card(
    t("To look at"),
    null,
    h(
      "ul",
      { class: "system-list" },
      problems.map((text) => h("li", null, icon("alert", "tone-wait"), h("span", null, text))),
    ),
  );
  element.classList.add("system-wide");
  return element;
}
