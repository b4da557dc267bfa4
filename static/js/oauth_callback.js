/** The page that a provider sends the browser back to: posts the code to our own server, and tells the page that began the login. */

import { finishLogin } from "./api/credentials.js";
import { CHANNEL } from "./credentials/login.js";
import { fill, h } from "./dom.js";
import { t } from "./messages.js";

const result = /** @type {HTMLElement} */ (document.getElementById("result"));

/** @param {string} title @param {string} text */
function show(title, text) {
  fill(
    result,
    h("h1", { class: "empty-title" }, title),
    h("p", null, text),
    h("p", null, h("a", { href: "/credentials" }, t("Credentials"))),
  );
}

async function finish() {
  const query = new URLSearchParams(location.search);
  history.replaceState(null, "", location.pathname); // the code must stay neither in the address nor in the history
  const [code, state, refusal] = ["code", "state", "error"].map((name) => query.get(name) ?? "");
  if (!code || !state) return show(t("Not connected"), t("The provider did not agree: {reason}.", { reason: refusal || "?" }));
  show(t("Connecting"), t("The login is being finished."));
  const made = await finishLogin(state.slice(0, state.lastIndexOf(".")), code, state);
  new BroadcastChannel(CHANNEL).postMessage({ id: made.id, provider: made.provider });
  show(t("Connected"), t("{title} is stored. This window can be closed.", { title: made.title ?? made.provider }));
  window.close();
}

finish().catch((error) => show(t("Not connected"), [error.message, error.hint].filter(Boolean).join(" ")));
