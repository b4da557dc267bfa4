/** One webhook: its address, what it starts, and what was delivered. */

import { deleteWebhook, editPreset, listDeliveries, sendSample, setWebhookSecret } from "../api/triggers.js";
import { confirmLoss, openDialog } from "../dialog.js";
import { fill, h, uniqueId } from "../dom.js";
import { exactTime, timeMs } from "../format.js";
import { icon } from "../icons.js";
import { inOrder } from "../in_order.js";
import { plural, t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { paths } from "../router.js";
import { toast, toastError } from "../toast.js";
import { copyText } from "../copy_text.js";
import { deliveryList } from "./deliveries.js";
import { nextStep, providerName } from "./providers.js";

/** @typedef {import("../api/triggers.js").Webhook} Webhook */
/** @typedef {import("../api/triggers.js").Preset} Preset */

const SHOWN = 20;

/** Those that are being deleted: a list that was asked for before still has them. @type {Set<string>} */
const leaving = new Set();

/** What was asked of a webhook and is not answered: it is deleted after that. @type {Map<string, Promise<any>>} */
const asking = new Map();

/**
 * @param {Webhook[]} webhooks @param {Preset[]} presets @param {Map<string, string>} names of agents @param {() => void} onChange
 * @returns {HTMLElement[]}
 */
export function webhookCards(webhooks, presets, names, onChange) {
  const ownOf = (/** @type {Webhook} */ webhook) => presets.filter((preset) => preset.webhook_id === webhook.id);
  return webhooks.filter(({ id }) => !leaving.has(id)).map((webhook) => webhookCard(webhook, ownOf(webhook), names, onChange));
}

/** @param {string} id */
function askDeliveries(id) {
  const answer = listDeliveries(id, SHOWN);
  asking.set(id, Promise.allSettled([asking.get(id), answer]));
  return answer;
}

/** @param {Webhook} webhook @param {Preset[]} presets those that it starts @param {Map<string, string>} names of agents @param {() => void} onChange */
function webhookCard(webhook, presets, names, onChange) {
  const deliveries = h("div", { class: "trigger-deliveries" });
  const graphs = new Map(presets.map((preset) => [preset.id, preset.graph_id]));
  const load = inOrder(
    () => askDeliveries(webhook.id),
    (list) => fill(deliveries, deliveryList(list, graphs)),
  );
  load().catch((error) => toastError(error));
  const test = button(t("Test"), "play", (pressed) => void tryOut(webhook, pressed, load));
  const secret = button(t("Secret"), "key", () => openSecret(webhook, onChange));
  const remove = button(t("Delete"), "trash", () => void removeWebhook(webhook, onChange), "delete wide-label");
  const step = nextStep(webhook);
  return h(
    "section",
    { class: "card trigger", "aria-label": presets[0]?.name ?? webhook.provider },
    h("div", { class: "card-head" }, h("h2", null, title(webhook)), h("span", { class: "grow" }), test, secret, remove),
    h(
      "div",
      { class: "card-body stack" },
      address(webhook),
      step ? h("p", { class: "muted" }, step) : null,
      webhook.n_rejected ? rejected(webhook) : null,
      h(
        "ul",
        { class: "trigger-presets" },
        presets.map((preset) => presetRow(preset, names, onChange)),
      ),
      deliveries,
    ),
  );
}

/** @param {Webhook} webhook */
function title(webhook) {
  const of = [webhook.resource, webhook.events.join(", ")].filter(Boolean).join(": ");
  const name = providerName(webhook.provider);
  return of ? `${name} · ${of}` : t("Webhook for {name}", { name });
}

/** @param {Webhook} webhook */
function address(webhook) {
  const copy = button(t("Copy"), "copy", () => void copyText(webhook.url, t("Copied")), "small");
  return h("div", { class: "trigger-address" }, h("code", { class: "code-line" }, webhook.url), copy);
}

/** @param {Webhook} webhook */
function rejected(webhook) {
  const at = timeMs(webhook.last_rejected_at);
  const text = plural(webhook.n_rejected, "One delivery was turned away.", "{n} deliveries were turned away.");
  return h(
    "p",
    { class: "trigger-rejected", title: exactTime(at) },
    icon("alert", "tone-wait"),
    `${text} ${webhook.last_rejected_reason ?? ""}`,
  );
}

/** @param {Preset} preset @param {Map<string, string>} names @param {() => void} onChange */
function presetRow(preset, names, onChange) {
  const box = h("input", {
    type: "checkbox",
    role: "switch",
    "aria-label": t("{name} is on", { name: preset.name }),
    checked: preset.is_active,
  });
  box.addEventListener("change", async () => {
    await editPreset(preset.id, { is_active: box.checked }).catch((error) => toastError(error));
    onChange();
  });
  const agent = h("a", { href: paths.agent(preset.graph_id) }, names.get(preset.graph_id) ?? t("A deleted agent"));
  const problem = preset.inactive_reason ?? (preset.is_broken ? preset.problems.join(" ") : "");
  return h(
    "li",
    null,
    h("span", { class: "grow" }, h("b", null, preset.name), " ", h("span", { class: "muted" }, t("starts"), " "), agent),
    problem ? h("span", { class: "tone-wait" }, problem) : null,
    h("span", { class: "switch" }, box),
  );
}

/** @param {Webhook} webhook @param {HTMLButtonElement} pressed @param {() => Promise<any>} load */
async function tryOut(webhook, pressed, load) {
  try {
    await whileBusy(pressed, t("Sending"), () => sendSample(webhook.id));
    await load();
  } catch (error) {
    toastError(error, t("The sample was not delivered"));
  }
}

/** @param {Webhook} webhook @param {() => void} onChange */
function openSecret(webhook, onChange) {
  const id = uniqueId();
  const field = h("input", { class: "input", id, type: "password", autocomplete: "off", maxlength: 1000 });
  const made = h("p", { class: "field-hint", role: "status" });
  const set = async (/** @type {string|null} */ secret) => {
    try {
      const answer = await setWebhookSecret(webhook.id, secret);
      if (secret === null) fill(made, t("It is shown this once:"), " ", h("code", { class: "code-line" }, answer?.secret ?? ""));
      else dialog.close();
      toast(secret === "" ? t("The secret is removed.") : t("The secret is stored."));
    } catch (error) {
      toastError(error);
    }
  };
  const actions = h(
    "div",
    { class: "dialog-actions" },
    webhook.has_secret ? button(t("Remove it"), "trash", () => void set(""), "delete") : null,
    button(t("Make one"), "key", () => void set(null)),
    button(t("Store"), "check", () => field.value && void set(field.value), "filled"),
  );
  const label = h("label", { class: "field-label", for: id }, t("Secret that deliveries are signed with"));
  const dialog = openDialog(t("Secret"), h("div", { class: "field" }, label, field, made), actions);
  dialog.addEventListener("close", onChange);
}

/** @param {Webhook} webhook @param {() => void} onChange */
async function removeWebhook(webhook, onChange) {
  const text = t("Its address takes nothing any more, and its deliveries are forgotten. Agents and runs stay.");
  if (!(await confirmLoss({ title: t("Delete this trigger?"), text, verb: t("Delete") }))) return;
  leaving.add(webhook.id);
  await asking.get(webhook.id);
  await deleteWebhook(webhook.id).catch((error) => {
    leaving.delete(webhook.id);
    toastError(error, t("The trigger was not deleted"));
  });
  asking.delete(webhook.id);
  onChange();
}
