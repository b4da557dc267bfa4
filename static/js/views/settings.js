/** Settings: profile, appearance, API keys, browsers. */

import { getUser } from "../api/account.js";
import { fill, h } from "../dom.js";
import { t } from "../messages.js";
import { pageHead } from "../page_head.js";
import { apiKeysCard } from "../settings/api_keys.js";
import { appearanceCard, profileCard } from "../settings/profile.js";
import { sessionsCard } from "../settings/sessions.js";
import { loadStyles } from "../styles.js";

/** @type {import("../pages.js").View} */
export async function showSettings(main, _place, signal) {
  const [user] = await Promise.all([getUser(), loadStyles("settings.css")]);
  if (signal.aborted) return;
  const cards = [profileCard(user), appearanceCard(), apiKeysCard(), sessionsCard()];
  fill(main, pageHead({ title: t("Settings") }), h("div", { class: "settings" }, cards));
}
