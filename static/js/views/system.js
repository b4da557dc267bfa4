/** System: how the server is. The title is the verdict. */

import { getStatus, getStorage } from "../api/system.js";
import { fill, h } from "../dom.js";
import { duration } from "../format.js";
import { plural, t } from "../messages.js";
import { button, pageHead } from "../page_head.js";
import { loadStyles } from "../styles.js";
import { backupsCard, checksCard, jobsCard, lateCard, nowCard, problemsCard, storageCard } from "../system/cards.js";
import { toastError } from "../toast.js";
import { copyText } from "../value_view.js";

const REFRESH_MS = 5000;

/** @type {import("../pages.js").View} */
export async function showSystem(main, _place, signal) {
  const [status, storage] = await Promise.all([getStatus(), getStorage(), loadStyles("system.css")]);
  if (signal.aborted) return;
  const draw = (/** @type {import("../api/system.js").Status} */ now) => {
    const report = button(t("Copy report"), "copy", () => void copyText(JSON.stringify(now, null, 2), t("Copied")));
    const uptime = duration(now.uptime_s * 1000);
    const line = t("Version {version}, up {time}, {address}", { version: now.version, time: uptime, address: location.host });
    fill(
      main,
      pageHead({ title: verdict(now), actions: [report] }),
      h("p", { class: "muted system-line" }, line),
      h(
        "div",
        { class: "system" },
        now.problems.length ? problemsCard(now.problems) : null,
        nowCard(now),
        checksCard(now),
        storageCard(storage),
        backupsCard(now, refresh),
        lateCard(now),
        jobsCard(now, refresh),
      ),
    );
  };
  const refresh = () =>
    void getStatus().then(
      (now) => signal.aborted || draw(now),
      (error) => toastError(error),
    );
  draw(status);
  const timer = setInterval(() => {
    // Whoever is about to press something keeps the focus.
    if (!document.hidden && !main.querySelector("button:focus, a:focus"))
      getStatus().then(
        (now) => signal.aborted || draw(now),
        () => {},
      );
  }, REFRESH_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** @param {import("../api/system.js").Status} status */
function verdict(status) {
  const n = status.problems.length;
  return n ? plural(n, "Everything runs, one thing to look at", "Everything runs, {n} things to look at") : t("Everything runs");
}
