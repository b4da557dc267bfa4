/** What is looked at each time: each line is fine, or says what it found. */

import { h } from "../dom.js";
import { number, size, timeMs, when } from "../format.js";
import { icon } from "../icons.js";
import { plural, t } from "../messages.js";
import { OLD_BACKUP_MS } from "./backups_card.js";
import { card } from "./cards.js";
import { clockWords, isClockOff } from "./clock.js";

/** @typedef {import("../api/system.js").Status} Status */

const LOW_DISK_SHARE = 0.05;

/** @type {Record<string, string>} */
const KEY_WORDS = { present: t("present"), missing: t("missing"), "not needed": t("not needed yet") };

/**
 * @param {Status} status @param {import("../api/welcome.js").Ollama|null} ollama null: not known yet
 * @param {() => void} again looks at everything once more
 */
export function checksCard(status, ollama, again) {
  const { database, disk, late_runs: late, jobs } = status;
  const failing = jobs.filter((job) => job.last_error);
  const copy = status.backups[0];
  const isOld = !copy || Date.now() - timeMs(copy.made_at) > OLD_BACKUP_MS;
  const nLate = late.late_count + late.stuck_count;
  const rows = [
    check(t("Database"), !database.failure, database.failure ?? t("can be written")),
    check(t("Disk"), disk.free_bytes > disk.total_bytes * LOW_DISK_SHARE, t("{size} free", { size: size(disk.free_bytes) })),
    check(t("Clock"), !isClockOff(status.clock), clockWords(status.clock)),
    check(t("Backup copy"), !isOld, copy ? when(timeMs(copy.made_at)) : t("none was made")),
    check(t("Secret key"), status.secret_key !== "missing", KEY_WORDS[status.secret_key] ?? status.secret_key),
    check(t("Late and stuck runs"), nLate === 0, nLate ? number(nLate) : t("none")),
    check(t("System jobs"), !failing.length, failing.length ? failing.map((job) => job.name).join(", ") : t("all went well")),
    ollama && check("Ollama", true, ollamaWords(ollama)),
  ];
  const button = h("button", { class: "button small", type: "button", on: { click: again } }, t("Check again"));
  return card(t("Checks"), button, h("ul", { class: "system-list" }, rows));
}

/** @param {import("../api/welcome.js").Ollama} ollama */
function ollamaWords({ is_running: isRunning, address, models }) {
  const at = address.replace(/^https?:[/][/]/, "");
  return isRunning ? plural(models.length, "{n} model at {at}", "{n} models at {at}", { at }) : t("not running at {at}", { at });
}

/** @param {string} name @param {boolean} isGood @param {string} said */
function check(name, isGood, said) {
  const look = isGood ? icon("check", "tone-done") : icon("alert", "tone-wait");
  return h("li", null, look, h("b", { class: "grow" }, name), h("span", { class: isGood ? "muted" : "tone-wait" }, said));
}
