/** Triggers: the addresses at which other services start agents, and what they have delivered. */

import { listGraphNames } from "../api.js";
import { listPresets, listWebhooks } from "../api/triggers.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { inOrder } from "../in_order.js";
import { t } from "../messages.js";
import { button, pageHead } from "../page_head.js";
import { loadStyles } from "../styles.js";
import { toastError } from "../toast.js";
import { TriggerForm } from "../triggers/form.js";
import { webhookCards } from "../triggers/webhook_card.js";

/** @type {import("../pages.js").View} */
export async function showTriggers(main, place, signal) {
  const styles = loadStyles("triggers.css");
  const body = h("div", { class: "stack" });
  const ask = () => Promise.all([listWebhooks(), listPresets(), listGraphNames()]);
  const load = inOrder(ask, ([webhooks, presets, graphs]) => {
    if (signal.aborted) return;
    const names = new Map(graphs.map((graph) => [graph.id, graph.name]));
    const cards = webhookCards(webhooks, presets, names, reload);
    fill(body, cards.length ? cards : emptyTriggers(openNew));
  });
  const reload = () => void load().catch((error) => toastError(error));
  const openNew = () => {
    const close = h("button", { class: "button quiet square small", type: "button", "aria-label": t("Close") }, icon("cross"));
    const form = new TriggerForm(() => (card.remove(), reload()), place.query.get("graph") ?? "");
    const card = h(
      "section",
      { class: "card new-trigger", "aria-label": t("New trigger") },
      h("div", { class: "card-head" }, h("h2", null, t("New trigger")), h("span", { class: "grow" }), close),
      h("div", { class: "card-body" }, form.element),
    );
    close.addEventListener("click", () => card.remove());
    body.before(card);
    form.load().catch((error) => toastError(error));
  };
  const actions = [button(t("New trigger"), "plus", openNew, "filled wide-label")];
  await Promise.all([styles, load()]);
  if (signal.aborted) return;
  fill(main, pageHead({ title: t("Triggers"), actions }), body);
  if (place.query.has("graph")) openNew();
}

/** @param {() => void} onNew */
function emptyTriggers(onNew) {
  return h(
    "div",
    { class: "empty dotted" },
    h("h2", { class: "empty-title" }, t("No service starts an agent")),
    h(
      "p",
      null,
      t(
        "A trigger is an address that another service calls: a pull request, a payment, a message. Each delivery is kept and runs once.",
      ),
    ),
    h("div", { class: "empty-actions" }, button(t("New trigger"), "plus", onNew, "filled")),
  );
}
