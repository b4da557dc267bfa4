/** What waits for a person: shown, changed where it may be, and answered. */

import { answerReview } from "../api/reviews.js";
import { ApiError } from "../api.js";
import { h, setText, uniqueId } from "../dom.js";
import { timeMs, when } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { prettyJson } from "../pretty_json.js";
import { toast } from "../toast.js";
import { valueView } from "../value_view.js";

/** @typedef {import("../api/reviews.js").Review} Review */

/**
 * @param {Review} review
 * @param {{about: any, onAnswered: () => void}} given `about` says where it comes from
 * @returns {HTMLElement}
 */
export function reviewCard(review, { about, onAnswered }) {
  const editor = review.editable ? makeEditor(review.payload) : null;
  const messageId = uniqueId();
  const message = h("input", { class: "input", id: messageId, maxlength: 2000 });
  const problem = h("p", { class: "field-error", role: "alert", hidden: true });
  /** @param {string} text */
  const say = (text) => {
    problem.hidden = !text;
    setText(problem, text);
  };
  /** @param {HTMLButtonElement} pressed @param {boolean} approved */
  const answer = async (pressed, approved) => {
    const changed = approved && editor ? editor.read() : {};
    say(changed.problem ?? "");
    if (changed.problem) return;
    try {
      const data = "data" in changed ? { reviewed_data: changed.data } : {};
      const given = { node_exec_id: review.node_exec_id, approved, message: message.value.trim() || null, ...data };
      await whileBusy(pressed, approved ? t("Approving") : t("Rejecting"), () => answerReview(given));
      toast(approved ? t("Approved. The run goes on.") : t("Rejected. The run goes on without it."));
      onAnswered();
    } catch (error) {
      say(error instanceof ApiError ? `${error.message} ${error.hint ?? ""}`.trim() : String(error));
      if (error instanceof ApiError && error.status === 409) onAnswered();
    }
  };
  const title = review.instructions || t("Is this right?");
  return h(
    "section",
    { class: "card review", "aria-label": t("Review: {title}", { title }) },
    h(
      "div",
      { class: "review-head" },
      icon("hand", "tone-wait"),
      h("h2", { dir: "auto" }, title),
      h("span", { class: "grow" }),
      about,
    ),
    h(
      "div",
      { class: "review-body" },
      editor ? editor.element : valueView(review.payload),
      h("div", { class: "field" }, h("label", { class: "field-label", for: messageId }, t("Message (optional)")), message),
      problem,
      h(
        "div",
        { class: "review-actions" },
        button(t("Approve"), "check", (pressed) => void answer(pressed, true), "filled"),
        button(t("Reject"), "cross", (pressed) => void answer(pressed, false)),
        h("span", { class: "muted" }, t("Asked {when}", { when: when(timeMs(review.created_at)) })),
      ),
    ),
  );
}

/**
 * A field for the data: text as it is, everything else as JSON of the same kind.
 * @param {any} shown @returns {{element: HTMLElement, read: () => {problem?: string, data?: any}}} no data: nothing was changed
 */
function makeEditor(shown) {
  const id = uniqueId();
  const isText = typeof shown === "string";
  const before = isText ? shown : prettyJson(shown);
  const kind = isText ? "input review-text" : "input review-text mono";
  const rows = Math.min(14, Math.max(3, before.split("\n", 14).length + 1));
  const area = h("textarea", { class: kind, id, rows, spellcheck: isText, dir: "auto", ".value": before });
  const label = isText ? t("The text, to change where it is wrong") : t("The data (JSON), to change where it is wrong");
  const element = h("div", { class: "field" }, h("label", { class: "field-label", for: id }, label), area);
  const read = () => {
    if (area.value === before) return {};
    return isText ? { data: area.value } : readJson(area.value, shown);
  };
  return { element, read };
}

/** @param {string} text @param {any} shown @returns {{problem?: string, data?: any}} */
function readJson(text, shown) {
  try {
    const data = JSON.parse(text);
    if (kindOf(data) === kindOf(shown)) return { data };
    return { problem: t("It was {before} and has to stay one, not {after}.", { before: kindOf(shown), after: kindOf(data) }) };
  } catch (error) {
    return { problem: t("This is not JSON: {why}", { why: error instanceof Error ? error.message : String(error) }) };
  }
}

/** @param {any} value @returns {string} */
function kindOf(value) {
  if (value === null) return t("an empty value");
  if (Array.isArray(value)) return t("a list");
  if (typeof value === "object") return t("a dictionary");
  if (typeof value === "number") return t("a number");
  return typeof value === "boolean" ? t("a yes or no") : t("a text");
}
