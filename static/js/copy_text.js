/** Text on its way to the clipboard. */

import { t } from "./messages.js";
import { toast } from "./toast.js";

/** @param {string} text @param {string} done */
export async function copyText(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    toast(t("The browser does not let this page copy. Select the text and copy it by hand."), { isError: true });
  }
}
