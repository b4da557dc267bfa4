/** Says when the server cannot be reached, and when it can again: what is typed meanwhile stays where it is. */

import { setUnreachableListener } from "./api.js";
import { h } from "./dom.js";
import { t } from "./messages.js";

const ASK_EVERY_MS = 2000;
const BACK_SHOWN_MS = 6000;

/** @param {() => boolean} hasDraft whether the page holds a draft */
export function watchConnection(hasDraft) {
  const strip = h("p", { class: "offline-strip", role: "status", hidden: true });
  document.body.append(strip);
  let asking = 0;
  let hiding = 0;
  const say = (/** @type {string} */ text) => {
    clearTimeout(hiding);
    strip.textContent = text;
    strip.hidden = false;
  };
  const ask = () => fetch("/health", { cache: "no-store" }).then(back, () => {});
  const back = () => {
    if (!asking) return;
    clearInterval(asking);
    asking = 0;
    say(t("Back. Nothing was lost."));
    hiding = setTimeout(() => (strip.hidden = true), BACK_SHOWN_MS);
  };
  const lost = () => {
    if (asking) return;
    say(hasDraft() ? t("Offline. Your draft is kept here.") : t("Offline. It is tried again."));
    asking = setInterval(() => void ask(), ASK_EVERY_MS);
  };
  setUnreachableListener(lost);
  addEventListener("offline", lost);
  addEventListener("online", () => void ask());
}
