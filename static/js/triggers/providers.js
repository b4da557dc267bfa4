/** How the services are called, and what a person has to do at theirs. */

import { t } from "../messages.js";

/** @type {Record<string, string>} */
const NAMES = {
  compass: "Compass",
  generic_webhook: t("any service"),
  github: "GitHub",
  slack: "Slack",
  stripe: "Stripe",
  telegram: "Telegram",
};

/** Those that register the address at their service by themselves. */
const AUTOMATIC = ["github", "telegram"];

/** @param {string} provider */
export function providerName(provider) {
  return NAMES[provider] ?? provider;
}

/** @param {import("../api/triggers.js").Webhook} webhook @returns {string} what is left to do, or "" */
export function nextStep(webhook) {
  const name = providerName(webhook.provider);
  if (AUTOMATIC.includes(webhook.provider)) return "";
  if (webhook.provider === "stripe" || webhook.provider === "slack")
    return webhook.has_secret
      ? ""
      : t("Give {name} this address, then enter its signing secret here: nothing is taken before.", { name });
  return webhook.has_secret
    ? ""
    : t("Whoever knows this address can start the agent. A secret, sent as X-Webhook-Secret, makes it safer.");
}
