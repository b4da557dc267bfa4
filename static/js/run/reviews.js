/** What waits for a person: shown, changed where it may be, and answered. */

import { answerReview } from "../api/reviews.js";
import { ApiError } from "../api.js";
import { h, setText, uniqueId } from "../dom.js";
import { timeMs, when } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { SchemaForm } from "../schema_form.js";
import { toast } from "../toast.js";
import { schemaLike } from "../value_kinds.js";
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
    const changed = approved && editor ? await editor.read() : {};
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
 * Editors for the data, by what it is.
 * @param {any} shown @returns {{element: HTMLElement, read: () => Promise<{problem?: string, data?: any}>}} no data: nothing was changed
 */
function makeEditor(shown) {
  const title =
    typeof shown === "string" ? t("The text, to change where it is wrong") : t("The data, to change where it is wrong");
  const kind = typeof shown === "string" ? { type: "string", format: "long-text" } : schemaLike(shown);
  const making = SchemaForm.make(
    { properties: { data: { ...kind, title, default: shown } }, required: ["data"] },
    { data: shown },
  );
  const element = h("div");
  void making.then((form) => element.replaceChildren(form.element));
  const read = async () => {
    const given = (await making).read();
    if (given === null) return { problem: t("The data has to be right before it is approved.") };
    return JSON.stringify(given.data) === JSON.stringify(shown) ? {} : sameKind(given.data, shown);
  };
  return { element, read };
}

/** @param {any} data @param {any} shown @returns {{problem?: string, data?: any}} */
function sameKind(data, shown) {
  if (kindOf(data) === kindOf(shown)) return { data };
  return { problem: t("It was {before} and has to stay one, not {after}.", { before: kindOf(shown), after: kindOf(data) }) };
}

/** @param {any} value @returns {string} */
function kindOf(value) {
  if (value === null) return t("an empty value");
  if (Array.isArray(value)) return t("a list");
  if (typeof value === "object") return t("a dictionary");
  if (typeof value === "number") return t("a number");
  return typeof value === "boolean" ? t("a yes or no") : t("a text");
}
