/** The login of this browser: a link's code becomes a cookie (which scripts cannot read) and a token that the page sends. */

import { t } from "./messages.js";

const KEY = "session-token";
const WAY_KEY = "session-way";

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
  localStorage.removeItem(WAY_KEY);
}

/** Another tab of this browser has logged out: what this one shows is nobody's any more. @param {() => void} listener */
export function whenLoggedOutElsewhere(listener) {
  addEventListener("storage", (event) => {
    if (event.key === KEY && event.newValue === null) listener();
  });
}

/** @returns {boolean} whether a password opened this session, so that logging out is no trap */
export const hasPasswordSession = () => localStorage.getItem(WAY_KEY) === "password";

/** What may stand behind the # of a link: a code for a session, for a new password, for a new e-mail address. */
const LINK_KINDS = ["code", "reset", "verify"];

/** @returns {[string, string]|null} the kind of the link that led here, and its code */
function readLink() {
  const given = new URLSearchParams(location.hash.slice(1));
  const kind = LINK_KINDS.find((one) => given.has(one));
  return kind ? [kind, given.get(kind) ?? ""] : null;
}

/** @returns {boolean} */
export const hasLinkCode = () => readLink() !== null;

/** Takes the code of a link out of the address and out of the history. @returns {[string, string]|null} kind and code */
export function takeLink() {
  const link = readLink();
  if (link) history.replaceState(null, "", location.pathname);
  return link;
}

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
