/** How long runs are kept: the server's rules, and where each of them is changed. */

import { getStorage } from "../api/system.js";
import { fill, h } from "../dom.js";
import { t } from "../messages.js";
import { keptWords } from "../system/cards.js";
import { toastError } from "../toast.js";

/** For administrators, who alone may ask for the rules. @returns {HTMLElement} */
export function retentionCard() {
  const rules = h("p", null, t("Loading"));
  const title = t("How long runs are kept");
  getStorage().then(
    (storage) => fill(rules, h("b", null, keptWords(storage.kept))),
    (error) => toastError(error),
  );
  const server = t("For all agents: [retention] in config.toml, then a new start. For one agent: its page, tab Settings.");
  const stays = t("Runs that go on are never removed, and what was spent stays on the page of costs.");
  return h(
    "section",
    { class: "card", id: "retention", "aria-label": title },
    h("div", { class: "card-head" }, h("h2", null, title)),
    h("div", { class: "card-body stack" }, rules, h("p", { class: "muted" }, server), h("p", { class: "muted" }, stays)),
  );
}
