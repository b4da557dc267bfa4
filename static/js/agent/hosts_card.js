/** Which hosts an agent's blocks may reach. */

import { updateAgent } from "../api/library.js";
import { h, uniqueId } from "../dom.js";
import { t } from "../messages.js";

/** @typedef {import("../api/library.js").LibraryAgent} LibraryAgent */

/**
 * @param {LibraryAgent} agent @param {(work: () => Promise<any>, done: string) => HTMLElement} saveButton
 * @returns {any[]} what stands in the card
 */
export function hostsCard(agent, saveButton) {
  const id = uniqueId();
  const only = h("input", { type: "checkbox", role: "switch", checked: agent.allowed_hosts !== null });
  const area = h("textarea", {
    class: "input code",
    id,
    rows: 4,
    spellcheck: "false",
    placeholder: "api.example.org\n*.example.com\nlocalhost:8080",
    ".value": (agent.allowed_hosts ?? []).join("\n"),
  });
  const field = h("div", { class: "field" }, h("label", { class: "field-label", for: id }, t("Hosts, one a line")), area);
  const show = () => (field.hidden = !only.checked);
  only.addEventListener("change", show);
  show();
  const hosts = () =>
    area.value
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  const save = () => updateAgent(agent.id, { allowed_hosts: only.checked ? hosts() : null });
  const note = t(
    "A block that would reach another one fails with a word on it. Without this, all are allowed that the server allows; with no line, none is.",
  );
  return [
    h("label", { class: "switch" }, only, t("Only these")),
    field,
    h("p", { class: "field-hint" }, note),
    h("div", null, saveButton(save, t("The hosts hold from now on."))),
  ];
}
