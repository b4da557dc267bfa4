/** Who or what began a run, in words. */

import { h } from "../dom.js";
import { duration, exactTime, timeMs } from "../format.js";
import { t } from "../messages.js";
import { paths } from "../router.js";

/** @typedef {import("../api/runs.js").Origin} Origin */

const LATE_S = 5; // less is nothing that anybody would notice

/** @param {Origin} origin @param {string} graphId @returns {any[]} for `h` */
export function originWords(origin, graphId) {
  if (origin.schedule) return scheduleWords(origin.schedule);
  if (origin.webhook) {
    const { provider, event, received_at: at } = origin.webhook;
    return [t("Webhook"), h("small", { title: exactTime(timeMs(at)) }, [provider, event].filter(Boolean).join(", "))];
  }
  if (origin.origin_id) {
    const link = h("a", { class: "link", href: paths.run(graphId, origin.origin_id) }, t("a past run"));
    return [t("Again:"), " ", link, h("small", null, origin.from_node ? t("from a node on") : "")];
  }
  const words = /** @type {Record<string, string>} */ ({
    builder: t("You, in the builder"),
    cli: t("You, in a terminal"),
    onboarding: t("First start"),
    schedule: t("A schedule"),
    webhook: t("A webhook"),
    agent: t("Another agent"),
  });
  return [words[origin.source] ?? t("You")];
}

/** @param {NonNullable<Origin["schedule"]>} fire */
function scheduleWords({ schedule_name: name, late_s: lateS, reason }) {
  const late = lateS >= LATE_S ? t("{time} late", { time: duration(lateS * 1000) }) : "";
  return [h("a", { class: "link", href: "/schedules" }, name), h("small", null, [late, reason].filter(Boolean).join(", "))];
}
