/** Settings: profile, appearance, API keys, imports, how long runs are kept, browsers. */

import { getUser } from "../api/account.js";
import { fill, h } from "../dom.js";
import { t } from "../messages.js";
import { pageHead } from "../page_head.js";
import { apiKeysCard } from "../settings/api_keys.js";
import { importsCard } from "../settings/imports.js";
import { retentionCard } from "../settings/retention.js";
import { appearanceCard, profileCard } from "../settings/profile.js";
import { sessionsCard } from "../settings/sessions.js";
import { loadStyles } from "../styles.js";

/** @type {import("../pages.js").View} */
export async function showSettings(main, place, signal) {
  const [user] = await Promise.all([getUser(), loadStyles("settings.css")]);
  if (signal.aborted) return;
  const kept = user.role === "admin" ? retentionCard() : null;
  const cards = [profileCard(user), appearanceCard(), apiKeysCard(), importsCard(), kept, sessionsCard()];
  fill(main, pageHead({ title: t("Settings") }), h("div", { class: "settings" }, cards));
  if (kept && place.query.get("show") === "retention") showCard(kept, signal);
}

/** @param {HTMLElement} card that an address asks for @param {AbortSignal} signal */
function showCard(card, signal) {
  card.tabIndex = -1;
  card.focus({ preventScroll: true });
  // The cards fill themselves: it stays in sight while they do, and until something else is chosen.
  const seen = new ResizeObserver(() =>
    document.activeElement === card ? card.scrollIntoView({ block: "center" }) : seen.disconnect(),
  );
  seen.observe(/** @type {HTMLElement} */ (card.parentElement));
  signal.addEventListener("abort", () => seen.disconnect());
}
