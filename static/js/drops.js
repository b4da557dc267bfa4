/** Agent files that are dropped on any page, and JSON that is pasted outside of fields: what takes them in is loaded when one comes. */

import { t } from "./messages.js";
import { loadSharedStyles } from "./styles.js";

const loadImport = async () => (await Promise.all([import("./import_agent.js"), loadSharedStyles()]))[0];

/** @param {() => boolean} isReady false while nobody is logged in */
export function installDrops(isReady) {
  let depth = 0;
  const show = (/** @type {boolean} */ on) => document.documentElement.classList.toggle("dropping", on);
  const hasFiles = (/** @type {DragEvent} */ event) => isReady() && (event.dataTransfer?.types.includes("Files") ?? false);
  addEventListener("dragenter", (event) => hasFiles(event) && show((depth += 1) > 0));
  addEventListener("dragleave", (event) => hasFiles(event) && show((depth -= 1) > 0));
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show((depth = 0) > 0);
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
    const files = [...(event.dataTransfer?.files ?? [])]; // gone once this turn is over
    void loadImport().then((found) => found.importFiles(files));
  });
  addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const inField = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (!isReady() || inField || !text.trimStart().startsWith("{")) return;
    void loadImport().then((found) => found.importTexts([{ name: t("What was pasted"), text }]));
  });
}
