/** Which services start an agent. */

import { listPresets, listWebhooks } from "../api/triggers.js";
import { fill, h } from "../dom.js";
import { inOrder } from "../in_order.js";
import { t } from "../messages.js";
import { button } from "../page_head.js";
import { paths } from "../router.js";
import { loadStyles } from "../styles.js";
import { toastError } from "../toast.js";
import { TriggerForm } from "../triggers/form.js";
import { webhookCards } from "../triggers/webhook_card.js";

/** @type {import("../views/agent.js").TabView} */
export async function showTriggersTab(box, { graph }) {
  const list = h("div", { class: "stack" });
  const place = h("div");
  const takesDeliveries = graph.has_external_trigger || graph.has_webhook_trigger;
  const ask = () => Promise.all([listWebhooks(), listPresets(), loadStyles("triggers.css")]);
  const load = inOrder(ask, ([webhooks, all]) => {
    const presets = all.filter((preset) => preset.graph_id === graph.id && preset.webhook_id);
    const own = webhooks.filter((webhook) => presets.some((preset) => preset.webhook_id === webhook.id));
    const names = new Map([[graph.id, graph.name]]);
    const cards = webhookCards(own, presets, names, reload);
    add.hidden = !cards.length;
    fill(list, cards.length ? cards : empty(graph, takesDeliveries ? openNew : null));
  });
  const reload = () => (place.replaceChildren(), void load().catch((error) => toastError(error)));
  const openNew = () => {
    const form = new TriggerForm(reload, graph.id);
    const head = h("div", { class: "card-head" }, h("h2", null, t("New trigger")));
    fill(
      place,
      h(
        "section",
        { class: "card new-trigger", "aria-label": t("New trigger") },
        head,
        h("div", { class: "card-body" }, form.element),
      ),
    );
    form.load().catch((error) => toastError(error));
  };
  const add = button(t("New trigger"), "plus", openNew);
  fill(box, h("div", { class: "tab-actions" }, add), place, list);
  await load();
}

/** @param {import("../types.js").Graph} graph @param {(() => void)|null} onNew null: it has no trigger block */
function empty(graph, onNew) {
  const text = onNew
    ? t("Its first block takes deliveries: give another service an address that starts it.")
    : t(
        "It does not begin with a trigger block. Add one in the builder, for instance Generic Webhook, and other services can start it.",
      );
  const build = h("a", { class: "button filled", href: paths.build(graph.id) }, t("To the builder"));
  return h(
    "div",
    { class: "empty dotted" },
    h("h2", { class: "empty-title" }, t("No service starts it")),
    h("p", null, text),
    h("div", { class: "empty-actions" }, onNew ? button(t("New trigger"), "plus", onNew, "filled") : build),
  );
}
