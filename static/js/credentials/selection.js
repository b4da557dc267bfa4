/** Several credentials at once: ticked, counted, deleted with one question. */

import { deleteCredentials, getUsage } from "../api/credentials.js";
import { confirmLoss } from "../dialog.js";
import { fill, h } from "../dom.js";
import { plural, t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { toast, toastError } from "../toast.js";

/** @typedef {import("../api/credentials.js").Credentials} Credentials */

const MOST_NAMED = 8;

export class Selection {
  /** @param {() => void} onDeleted */
  constructor(onDeleted) {
    this.onDeleted = onDeleted;
    /** @type {Map<string, {one: Credentials, box: HTMLInputElement}>} */
    this.boxes = new Map();
    this.element = h("div", { class: "credentials-selection", role: "region", "aria-label": t("Selection"), hidden: true });
  }

  /** @param {Credentials} one @param {string} name @returns {HTMLInputElement} */
  box(one, name) {
    const box = h("input", { type: "checkbox", "aria-label": t("Select {name}", { name }) });
    box.addEventListener("change", () => this.#draw());
    this.boxes.set(one.id, { one, box });
    return box;
  }

  /** The rows are about to be made anew: what was ticked is ticked no more. */
  reset() {
    this.boxes.clear();
    this.#draw();
  }

  #chosen() {
    return [...this.boxes.values()].filter(({ box }) => box.checked).map(({ one }) => one);
  }

  #draw() {
    const chosen = this.#chosen();
    this.element.hidden = !chosen.length;
    if (!chosen.length) return fill(this.element);
    const clear = () => {
      for (const { box } of this.boxes.values()) box.checked = false;
      this.#draw();
    };
    fill(
      this.element,
      h("b", { role: "status" }, plural(chosen.length, "{n} selected", "{n} selected")),
      h("span", { class: "grow" }),
      button(t("Clear"), "cross", clear, "small quiet"),
      button(t("Delete the selected"), "trash", (pressed) => void this.#remove(chosen, pressed), "small delete"),
    );
  }

  /** @param {Credentials[]} chosen @param {HTMLButtonElement} pressed */
  async #remove(chosen, pressed) {
    try {
      const usage = await whileBusy(pressed, t("Looking"), () => Promise.all(chosen.map(getUsage)));
      const users = [...new Set(usage.flatMap((/** @type {any} */ one) => one.used_by.map(userName)))];
      const names = users.slice(0, MOST_NAMED).join(", ") + (users.length > MOST_NAMED ? ", …" : "");
      const loss = t("The secrets are gone for good.");
      const text = users.length
        ? `${t("Used by: {names}. Schedules and triggers among them are paused.", { names })} ${loss}`
        : loss;
      const title = plural(chosen.length, "Delete {n} of the credentials?", "Delete {n} of the credentials?");
      if (!(await confirmLoss({ title, text, verb: t("Delete") }))) return;
      await whileBusy(pressed, t("Deleting"), () => deleteAll(chosen));
      toast(plural(chosen.length, "{n} deleted.", "{n} deleted."));
    } catch (error) {
      toastError(error, t("Not all were deleted"));
    }
    this.onDeleted();
  }
}

/** @param {import("../api/credentials.js").User} user */
const userName = (user) => user.name || user.id;

/** @param {Credentials[]} chosen */
async function deleteAll(chosen) {
  for (const one of chosen) await deleteCredentials(one, true);
}
