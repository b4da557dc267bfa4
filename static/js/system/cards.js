/** The cards of the System page. Each is drawn from one answer of the server. */

import { runJob } from "../api/system.js";
import { h } from "../dom.js";
import { duration, number, size, timeMs, when, whenComing } from "../format.js";
import { icon } from "../icons.js";
import { plural, t } from "../messages.js";
import { whileBusy } from "../page_head.js";
import { paths } from "../router.js";
import { fireLook, fireWords, wasNotRun } from "../schedules/fire_words.js";
import { statusIcon } from "../status.js";
import { toastError } from "../toast.js";

/** @typedef {import("../api/system.js").Status} Status */
/** @typedef {import("../api/system.js").Storage} Storage */

const WEEK_MS = 7 * 86_400_000;
const MOST_FIRES = 5;
const MOST_PARTS = 6;

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
export function card(title, beside, ...body) {
  return h(
    "section",
    { class: "card system-card", "aria-label": title },
    h("div", { class: "card-head" }, h("h2", null, title), h("span", { class: "grow" }), beside),
    body,
  );
}

/** @param {Storage} storage */
export function storageCard(storage) {
  const total = storage.file_bytes + storage.log_bytes || 1;
  const all = [
    ...storage.parts.map((part) => ({ name: PART_NAMES[part.name] ?? part.name, bytes: part.size_bytes })),
    { name: t("Free inside the file"), bytes: storage.free_bytes },
    { name: t("Log beside it"), bytes: storage.log_bytes },
  ].filter((part) => part.bytes);
  const parts = foldRest(all);
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
      { title: part.title ?? null },
      h("span", { class: `storage-dot storage-${i}` }),
      h("span", { class: "grow" }, part.name),
      h("b", null, size(part.bytes)),
    ),
  );
  const foot = h("p", { class: "card-foot-line" }, h("span", { class: "grow" }, keptWords(storage.kept)), changeButton());
  return card(t("Storage"), h("b", null, size(total)), bar, h("ul", { class: "system-list" }, rows), foot);
}

/**
 * The largest parts, and the others in one.
 * @param {{name: string, bytes: number, title?: string}[]} all
 */
function foldRest(all) {
  if (all.length <= MOST_PARTS) return all;
  // What has no name of its own is among those in one, whatever its size.
  const unnamed = (/** @type {{name: string}} */ part) => part.name === PART_NAMES.other;
  const sorted = all.toSorted((a, b) => Number(unnamed(a)) - Number(unnamed(b)) || b.bytes - a.bytes);
  const rest = sorted.slice(MOST_PARTS - 1);
  const title = rest.map((part) => `${part.name}: ${size(part.bytes)}`).join("\n");
  return [
    ...sorted.slice(0, MOST_PARTS - 1),
    { name: PART_NAMES.other, bytes: rest.reduce((sum, part) => sum + part.bytes, 0), title },
  ];
}

/** What leaves by itself. @param {Storage["kept"]} kept @returns {string} */
export function keptWords({ days, runs_per_agent: runs, mb_per_agent: mb, file_mb: file }) {
  const rules = [
    days ? t("older than {n} days", { n: number(days) }) : "",
    runs ? t("beyond {n} of an agent", { n: number(runs) }) : "",
    mb ? t("beyond {size} of an agent", { size: size(mb * 1e6) }) : "",
    file ? t("the oldest above {size} in all", { size: size(file * 1e6) }) : "",
  ].filter(Boolean);
  return rules.length ? t("Runs leave: {rules}.", { rules: rules.join(", ") }) : t("All runs are kept.");
}

function changeButton() {
  return h("a", { class: "button small", href: "/settings?show=retention" }, t("Change"));
}

/** @param {Status} status @param {import("../api/schedules.js").Fire[]} fires of schedules, the newest first */
export function lateCard(status, fires) {
  const runs = [...status.late_runs.late, ...status.late_runs.stuck];
  const rows = runs.map((run) => {
    const said = t("{status} for {time}", { status: run.status, time: duration(run.waiting_s * 1000) });
    const link = h("a", { href: paths.run(run.graph_id, run.id) }, said);
    return h("li", { class: "late-run" }, link, h("span", { class: "muted" }, run.reason));
  });
  const since = Date.now() - WEEK_MS;
  const missed = fires.filter((fire) => wasNotRun(fire) && timeMs(fire.due_at) > since);
  const fireRows = missed.slice(0, MOST_FIRES).map((fire) => {
    const name = h("b", { class: "grow" }, fire.agent_name || t("Agent without a name"));
    return h(
      "li",
      { title: fireWords(fire) },
      statusIcon(fireLook(fire)),
      name,
      h("span", { class: "muted" }, when(timeMs(fire.due_at))),
    );
  });
  const calm = t(
    "No run waits for more than five minutes, none has stopped making progress, and every start of the week was kept.",
  );
  const body =
    rows.length + fireRows.length
      ? h("ul", { class: "system-list" }, rows, fireRows)
      : h("p", { class: "card-body muted" }, calm);
  const said = missed.length
    ? plural(missed.length, "{n} start was not run.", "{n} starts were not run.")
    : t("A run is late after 5 minutes.");
  const open = h("a", { class: "button small", href: "/schedules" }, t("Open schedules"));
  const foot = h("p", { class: "card-foot-line" }, h("span", { class: "grow" }, said), open);
  return card(t("Late and stuck"), h("span", { class: "muted" }, t("last 7 days")), body, foot);
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
