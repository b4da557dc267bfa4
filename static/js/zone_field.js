/** A choice of a time zone, the browser's own and UTC first. */

import { h } from "./dom.js";
import { t } from "./messages.js";

/** @param {string} zone @returns {string} what to know where times of that zone are shown in this computer's; "" where they are the same */
export function zoneNotice(zone) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === own ? "" : t("It keeps the time of {zone}; the times here are those of this computer ({own}).", { zone, own });
}

/** @param {string} [zone] the chosen one; the browser's own without it @returns {HTMLSelectElement} */
export function zoneField(zone) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set([zone ?? own, own, "UTC", ...Intl.supportedValuesOf("timeZone")])];
  return h(
    "select",
    { class: "input" },
    zones.map((name) => h("option", { value: name, selected: name === (zone ?? own) }, name)),
  );
}
