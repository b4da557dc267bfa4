/** A login at a provider, in a window of its own; the page that it comes back to tells this one (oauth_callback.js). */

import { beginLogin } from "../api/credentials.js";
import { t } from "../messages.js";

/** Where the page that a login ends on tells the page that began it. */
export const CHANNEL = "autogpt-lite-login";

const WINDOW = "popup,width=620,height=760";
const LOOK_MS = 500;

/**
 * To be called by a press, or the browser would not open the window.
 * @param {string} provider @param {string[]} scopes @param {string} [credentialsId] to log in anew
 * @returns {Promise<string|null>} the id of the credentials; null where the window was closed first
 */
export async function logIn(provider, scopes, credentialsId) {
  const popup = window.open("about:blank", "autogpt-lite-login", WINDOW);
  try {
    const { login_url: url } = await beginLogin(provider, scopes, credentialsId);
    if (!popup) throw new Error(t("The browser blocked the window. Allow windows for this page, then try again."));
    popup.location.href = url;
  } catch (error) {
    popup?.close();
    throw error;
  }
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(CHANNEL);
    /** @param {string|null} id */
    const end = (id) => {
      clearInterval(timer);
      channel.close();
      resolve(id);
    };
    channel.addEventListener("message", (event) => end(event.data?.id ?? null));
    // A provider may cut the tie between the two windows, and then says that it is closed: so only a message is trusted at once.
    let closedFor = 0;
    const timer = setInterval(() => {
      closedFor = popup.closed ? closedFor + 1 : 0;
      if (closedFor * LOOK_MS > 600_000) end(null);
    }, LOOK_MS);
  });
}
