/** How long runs are kept, for all agents: set here, where config.toml does not. */

import { getServerRetention, setServerRetention } from "../api/system.js";
import { fill, h, uniqueId } from "../dom.js";
import { number } from "../format.js";
import { t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { keptWords } from "../system/cards.js";
import { toast, toastError } from "../toast.js";

/** @typedef {import("../api/system.js").ServerRetention} ServerRetention */
/** @typedef {"days"|"runs_per_agent"|"mb_per_agent"|"file_mb"|"backup_hours"} Name */

/** @type {[Name, string][]} */
const FIELDS = [
  ["days", t("Days")],
  ["runs_per_agent", t("Runs of an agent")],
  ["mb_per_agent", t("Megabytes of an agent")],
  ["file_mb", t("Megabytes of the database")],
  ["backup_hours", t("Hours between backups")],
];

/** For administrators. @returns {HTMLElement} */
export function retentionCard() {
  const title = t("How long runs are kept");
  const body = h("div", { class: "card-body stack" }, h("p", { class: "muted" }, t("Loading")));
  const head = h("div", { class: "card-head" }, h("h2", null, title));
  const element = h("section", { class: "card", id: "retention", "aria-label": title }, head, body);
  const show = (/** @type {ServerRetention} */ known) => fill(body, retentionForm(known, show));
  getServerRetention().then(show, (error) => toastError(error));
  return element;
}

/** @param {ServerRetention} known @param {(known: ServerRetention) => void} onSaved */
function retentionForm(known, onSaved) {
  const fields = FIELDS.map(([name, label]) => numberField(name, label, known));
  const isFixed = known.fixed.length === FIELDS.length;
  const save = button(t("Save"), "check", (pressed) => void press(pressed));
  const press = async (/** @type {HTMLButtonElement} */ pressed) => {
    if (!fields.every(({ input }) => input.reportValidity())) return;
    const wanted = Object.fromEntries(fields.map(({ name, input }) => [name, readNumber(input)]));
    try {
      onSaved(await whileBusy(pressed, t("Saving"), () => setServerRetention(wanted)));
      toast(t("The rules hold from the next pass on, within the hour."));
    } catch (error) {
      toastError(error, t("Not saved"));
    }
  };
  const how = t(
    "An empty field is the default, 0 no limit and no backups. What is beyond the limits leaves within the hour, for good.",
  );
  const stays = t(
    "Runs that go on are never removed, and what was spent stays on the page of costs. An agent has its own rule on its page, tab Settings.",
  );
  return h(
    "form",
    { class: "stack", novalidate: true, on: { submit: (/** @type {Event} */ event) => (event.preventDefault(), save.click()) } },
    h("p", null, h("b", null, keptWords(known))),
    h(
      "div",
      { class: "retention-fields" },
      fields.map((field) => field.element),
    ),
    h("p", { class: "muted" }, isFixed ? stays : `${how} ${stays}`),
    isFixed ? null : h("div", null, save),
  );
}

/** @param {Name} name @param {string} label @param {ServerRetention} known */
function numberField(name, label, known) {
  const id = uniqueId();
  const isFixed = known.fixed.includes(name);
  const own = known.own[name];
  const placeholder = own === null ? number(known[name]) : t("default");
  const input = h("input", { class: "input", id, type: "number", min: 0, step: 1, placeholder });
  input.value = isFixed ? String(known[name]) : String(own ?? "");
  input.disabled = isFixed;
  const hint = isFixed ? h("p", { class: "field-hint" }, t("set in config.toml")) : null;
  return {
    name,
    input,
    element: h("div", { class: "field" }, h("label", { class: "field-label", for: id }, label), input, hint),
  };
}

/** @param {HTMLInputElement} input @returns {number|null} null where a fixed or an empty field leaves it to the configuration */
const readNumber = (input) => (input.disabled || !input.value.trim() ? null : Number(input.value));
