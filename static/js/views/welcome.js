/** The first start: one choice, one sample, done in under a minute; everything on it can be skipped. */

import { loadCatalog } from "../catalog.js";
import { fill, h } from "../dom.js";
import { logo } from "../frame.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { whileBusy } from "../page_head.js";
import { go, paths } from "../router.js";
import { loadStyles } from "../styles.js";
import { toastError } from "../toast.js";
import { noteWelcomed } from "../api/welcome.js";
import { Choices } from "../welcome/choices.js";
import { Sample, findSample } from "../welcome/sample.js";

/** @type {import("../pages.js").View} */
export async function showWelcome(main, _place, signal) {
  document.title = t("Welcome · autogpt_lite");
  const [graph, catalog] = await Promise.all([findSample(), loadCatalog(), loadStyles("welcome.css")]);
  if (signal.aborted) return;
  const choices = new Choices();
  const sample = graph ? new Sample(graph, catalog, signal) : null;
  fill(main, h("div", { class: "welcome" }, form(choices, sample), sample?.element));
  choices.load().catch((error) => signal.aborted || toastError(error));
}

/** @param {Choices} choices @param {Sample|null} sample */
function form(choices, sample) {
  const label = h("span", { class: "button-label" }, sample ? t("Run the sample") : t("To the library"));
  const run = h("button", { class: "button filled welcome-go", type: "submit" }, label, icon("arrow"));
  const skip = h(
    "button",
    { class: "button quiet", type: "button", on: { click: () => void leave() } },
    t("Skip, show me the library"),
  );
  const element = h(
    "form",
    { class: "welcome-form", novalidate: true },
    h("div", { class: "welcome-brand" }, logo(), "autogpt_lite"),
    h("h1", null, t("Who should do the thinking?")),
    h(
      "p",
      { class: "welcome-lead" },
      t("Agents ask a language model for help. Pick one now or later. Everything stays in one file on this computer."),
    ),
    choices.element,
    h("div", { class: "welcome-actions" }, run, skip),
  );
  let hasRun = false;
  const press = async () => {
    if (hasRun || !sample) return (await choices.save()) && leave();
    await whileBusy(run, t("Running"), async () => {
      if (!(await choices.save())) return;
      hasRun = await sample.run();
      if (hasRun) await noteWelcomed();
    });
    if (!hasRun) return;
    label.textContent = t("To the library");
    skip.hidden = true;
    sample.element.scrollIntoView({ block: "nearest" });
  };
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    void press().catch((error) => toastError(error, t("The sample did not run")));
  });
  return element;
}

async function leave() {
  await noteWelcomed().catch(() => {});
  go(paths.library());
}
