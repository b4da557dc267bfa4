/** The versions of an agent: what each changed, an old one brought back, another one made the active one. */

import { updateGraph } from "../api.js";
import { diffVersions, listVersions, setActiveVersion } from "../api/versions.js";
import { fill, h } from "../dom.js";
import { exactTime, timeMs, when } from "../format.js";
import { icon } from "../icons.js";
import { plural, t } from "../messages.js";
import { button, whileBusy } from "../page_head.js";
import { toast, toastError } from "../toast.js";

/** @typedef {import("../types.js").Graph & {created_at: string, is_active: boolean, note: string}} Version */

/** @type {import("../views/agent.js").TabView} */
export async function showVersions(box, { graph, reopen }) {
  const versions = /** @type {Version[]} */ (await listVersions(graph.id));
  const rows = versions.map((one, i) => versionRow(one, versions[i + 1] ?? null, i === 0, reopen));
  const note = t("Each save is kept. The active version is the one that runs, schedules and triggers use.");
  const rest = versions.length === 50 ? h("p", { class: "muted" }, t("These are the newest 50.")) : null;
  fill(box, h("p", { class: "muted tab-note" }, note), h("ul", { class: "card versions" }, rows), rest);
}

/** @param {Version} one @param {Version|null} previous @param {boolean} isNewest @param {() => void} reopen */
function versionRow(one, previous, isNewest, reopen) {
  const at = timeMs(one.created_at);
  const more = h("div", { class: "version-detail", hidden: true });
  const head = h(
    "button",
    { class: "version-head", type: "button", "aria-expanded": "false" },
    icon("chevron"),
    h("b", null, t("Version {version}", { version: one.version })),
    one.is_active ? h("span", { class: "badge tone-done" }, icon("check"), t("Active")) : null,
    h("span", { class: "grow version-note" }, one.note),
    h("span", { class: "muted" }, plural(one.nodes?.length ?? 0, "{n} node", "{n} nodes")),
    h("time", { class: "muted", title: exactTime(at) }, when(at)),
  );
  head.addEventListener("click", () => {
    more.hidden = !more.hidden;
    head.setAttribute("aria-expanded", String(!more.hidden));
    if (!more.hidden && previous && !more.dataset.isLoaded) void showChanges(more, one, previous);
  });
  const act = (/** @type {string} */ label, /** @type {string} */ picture, /** @type {() => Promise<any>} */ work) =>
    button(
      label,
      picture,
      (pressed) => void whileBusy(pressed, t("Working"), work).then(reopen, (error) => toastError(error, label)),
      "small",
    );
  const actions = [
    isNewest ? null : act(t("Restore as a new version"), "again", () => restore(one)),
    one.is_active ? null : act(t("Make active"), "check", () => activate(one)),
  ];
  fill(more, h("div", { class: "version-changes" }, previous ? null : h("p", { class: "muted" }, t("The first one."))), actions);
  return h("li", null, head, more);
}

/** @param {HTMLElement} more @param {Version} one @param {Version} previous */
async function showChanges(more, one, previous) {
  more.dataset.isLoaded = "yes";
  try {
    const difference = /** @type {any} */ (await diffVersions(one.id, previous.version, one.version));
    const lines = /** @type {string[]} */ (difference.summary);
    const title = t("Changed since version {version}", { version: previous.version });
    const none = h("p", { class: "muted" }, t("Nothing but positions."));
    const list = h(
      "ul",
      { class: "version-lines" },
      lines.map((line) => h("li", null, line)),
    );
    fill(/** @type {Element} */ (more.firstElementChild), h("h3", null, title), lines.length ? list : none);
  } catch (error) {
    toastError(error, t("The difference"));
  }
}

/** @param {Version} old */
async function restore({ id, version, name, description, instructions, recommended_schedule_cron, nodes, links }) {
  const body = { id, name, description, instructions, recommended_schedule_cron, nodes, links, is_active: true };
  const made = await updateGraph(body);
  toast(t("Version {old} is back, as version {version}.", { old: version, version: made.version }));
}

/** @param {Version} one */
async function activate(one) {
  await setActiveVersion(one.id, one.version);
  toast(t("Version {version} is the active one: schedules, triggers and the library run it.", { version: one.version }));
}
