/** Logs in: a link's code or a password becomes a cookie (which scripts cannot read) and a token that the page sends. */

import { t } from "./messages.js";
import { KEY, WAY_KEY } from "./session.js";

/**
 * How a login went: `problem` is null where all is well, else why it did not work; `ways` are the ways in that this server has.
 * @typedef {{problem: string|null, ways: string[]}} LoginResult
 */

/**
 * Opens a session.
 * @param {"link"|"login"|"signup"|"reset"} way @param {Record<string, string>} body
 * @returns {Promise<LoginResult>}
 */
export async function beginSession(way, body) {
  const response = await fetch(`/api/auth/${way}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (!response) return { problem: t("The server does not answer."), ways: [] };
  const answer = await response.json().catch(() => ({}));
  if (response.ok && answer.token) {
    localStorage.setItem(KEY, answer.token);
    localStorage.setItem(WAY_KEY, way === "link" ? "link" : "password");
  }
  // Where no login is needed there is nothing to exchange a link's code with.
  const isFine = response.ok || (way === "link" && response.status === 404);
  return { problem: isFine ? null : answer.message || t("The server refused."), ways: answer.detail?.ways_in ?? [] };
}
