/** The login of this browser: a link's code becomes a cookie (which scripts cannot read) and a token that the page sends. */

import { t } from "./messages.js";

const KEY = "session-token";

/** The header that carries the page's token: cookies ignore ports, so the cookie alone proves nothing. */
export const TOKEN_HEADER = "X-Auth-Token";

/** @returns {Record<string, string>} */
export function sessionHeaders() {
  const token = localStorage.getItem(KEY);
  return token ? { [TOKEN_HEADER]: token } : {};
}

/** @returns {void} */
export function forgetToken() {
  localStorage.removeItem(KEY);
}

/** @returns {string|null} the code of the link that led here */
function readLinkCode() {
  return new URLSearchParams(location.hash.slice(1)).get("code");
}

/** @returns {boolean} */
export function hasLinkCode() {
  return readLinkCode() !== null;
}

/**
 * Takes the single-use code out of the address (and out of the history) and exchanges it.
 * @returns {Promise<string|null>} null where all is well or there was no code, else why the link did not work
 */
export async function takeLinkCode() {
  const code = readLinkCode();
  if (!code) return null;
  history.replaceState(null, "", location.pathname);
  const response = await fetch("/api/auth/link", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok && answer.token) localStorage.setItem(KEY, answer.token);
  // Where no login is needed there is nothing to exchange a code with.
  return response.ok || response.status === 404 ? null : answer.message || t("The link did not work.");
}
