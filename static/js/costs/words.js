/** Days, months and things that cost, as people say them. */

import { locale, t } from "../messages.js";
import { blockTitle } from "../names.js";

/** Days are days, wherever the reader is: they go by the zone of the settings. @param {string} day @param {Intl.DateTimeFormatOptions} how */
const write = (day, how) => new Date(`${day}T12:00:00Z`).toLocaleDateString(locale, { timeZone: "UTC", ...how });

/** @param {string} day @returns {string} "Mon 3 Nov" */
export const dayName = (day) => write(day, { weekday: "short", day: "numeric", month: "short" });

/** @param {string} day @returns {string} "3 Nov" */
export const shortDay = (day) => write(day, { day: "numeric", month: "short" });

/** @param {string} day @returns {string} "November 2026" */
export const monthTitle = (day) => write(day, { month: "long", year: "numeric" });

/** @param {string} day @returns {string} "3 November 2026" */
export const longDay = (day) => write(day, { day: "numeric", month: "long", year: "numeric" });

/** @param {{from: string, to: string}} span @returns {string} */
export function spanWords({ from, to }) {
  return from === to ? longDay(from) : t("{from} to {to}", { from: shortDay(from), to: longDay(to) });
}

/** @param {{graph_id: string, name: string|null}} agent @returns {string} */
export function agentName({ graph_id: id, name }) {
  return id ? (name ?? t("An agent that is gone")) : t("Blocks on their own");
}

/** @param {{provider: string, model: string}} one @returns {string} */
export function modelName({ provider, model }) {
  return [model, provider].filter(Boolean).join(" · ") || t("No model");
}

/** @param {{block_id: string, name: string|null}} block @returns {string} */
export function blockName({ block_id: id, name }) {
  return name ? blockTitle(name) : id ? t("A block that is gone") : t("From before blocks were noted");
}
