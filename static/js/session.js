/** The session of this browser: a cookie (which scripts cannot read) and a token that the page sends. begin_session.js opens it. */

export const KEY = "session-token";
export const WAY_KEY = "session-way";

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
