/** A choice of a time zone, the browser's own and UTC first. */

import { h } from "./dom.js";

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
