/** On a phone a long output shows its beginning: what stands below it is not a minute of scrolling away. */

import { h } from "../dom.js";
import { t } from "../messages.js";

const PHONE = "(max-width: 719px)";
const FOLDED_PX = 300; // .folded in run_page.css
/** With less beyond the fold the button would take as much room as it saves. */
const SLACK_PX = 80;

/** @param {HTMLElement} body with one child, which grows with the values @returns {HTMLElement} the button that opens it */
export function readAll(body) {
  const button = h("button", { class: "link-button read-all", type: "button", hidden: true }, t("Read all"));
  const watcher = new ResizeObserver(() => {
    const isLong = matchMedia(PHONE).matches && body.scrollHeight > FOLDED_PX + SLACK_PX;
    body.classList.toggle("folded", isLong);
    button.hidden = !isLong;
  });
  watcher.observe(/** @type {HTMLElement} */ (body.firstElementChild));
  button.addEventListener("click", () => {
    watcher.disconnect();
    body.classList.remove("folded");
    button.hidden = true;
  });
  return button;
}
