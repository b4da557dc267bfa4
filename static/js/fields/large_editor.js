/** A long text, JSON or code in a dialog of its own. What is typed is taken at once; JSON as soon as it is whole. */

import { fill, h } from "../dom.js";
import { openDialog } from "../dialog.js";
import { t } from "../messages.js";

/** @typedef {"text"|"json"|"python"} Language */
/** @typedef {{text: () => string, focus: () => void, element: HTMLElement, close: () => void}} Editor */

const LANGUAGES = { json: t("JSON"), python: t("Code"), text: t("Text") };

/** @typedef {{title: string, text: string, language: Language, onText: (text: string) => string}} Asked `onText` answers what is wrong, or "" */

/** @param {Asked} asked */
export async function openLargeEditor({ title, text, language, onText }) {
  const problem = h("p", { class: "field-error", role: "status" });
  const write = (/** @type {string} */ typed) => (problem.textContent = onText(typed));
  const done = h("button", { class: "button filled", type: "button", on: { click: () => dialog.close() } }, t("Done"));
  const place = h("div", { class: "large-editor-text" });
  const foot = h("div", { class: "dialog-actions" }, h("span", { class: "muted grow" }, LANGUAGES[language]), problem, done);
  const dialog = openDialog(title, place, foot);
  dialog.classList.add("large-editor");
  const editor = language === "text" ? plainEditor(title, text, write) : await codeEditor(title, text, language, write);
  if (!dialog.open) return editor.close();
  dialog.addEventListener("close", () => editor.close());
  fill(place, editor.element);
  editor.focus();
}

/** @param {string} title @param {string} text @param {(typed: string) => void} onType @returns {Editor} */
function plainEditor(title, text, onType) {
  const area = h("textarea", { class: "input", "aria-label": title, ".value": text });
  area.addEventListener("input", () => onType(area.value));
  return { element: area, text: () => area.value, focus: () => area.focus(), close: () => {} };
}

/**
 * In a shadow root, where CodeMirror's styles are adopted ones: the page refuses style elements.
 * @param {string} title @param {string} text @param {Language} language @param {(typed: string) => void} onType @returns {Promise<Editor>}
 */
async function codeEditor(title, text, language, onType) {
  const code = await import("../../vendor/editor.js").catch(() => null);
  if (!code) return plainEditor(title, text, onType); // offline: a long text can be edited all the same
  const { EditorView, basicSetup } = code;
  const host = h("div", { class: "code-host" });
  const root = host.attachShadow({ mode: "open" });
  const languages = language === "json" ? [code.json(), code.linter(code.jsonParseLinter())] : [code.python()];
  const listen = EditorView.updateListener.of(
    (/** @type {any} */ update) => update.docChanged && onType(update.state.doc.toString()),
  );
  const named = EditorView.contentAttributes.of({ "aria-label": title });
  const extensions = [basicSetup, ...languages, look(EditorView), colours(code), EditorView.lineWrapping, named, listen];
  const view = new EditorView({ doc: text, extensions, parent: root, root });
  return { element: host, text: () => view.state.doc.toString(), focus: () => view.focus(), close: () => view.destroy() };
}

/** @param {any} EditorView @returns {any} our colours, which reach into the shadow as they are properties */
function look(EditorView) {
  return EditorView.theme({
    "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--surface)" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "13px", lineHeight: "20px" },
    ".cm-content": { caretColor: "var(--ink)" },
    ".cm-cursor": { borderLeftColor: "var(--ink)" },
    ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--ink-3)", border: "none" },
    ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
      backgroundColor: "var(--accent-soft)",
    },
    ".cm-tooltip, .cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)" },
  });
}

/** The colours of words by what they are: those of the pins of such values. @param {any} code @returns {any} */
function colours({ HighlightStyle, syntaxHighlighting, tags }) {
  const styles = [
    { tag: [tags.string, tags.special(tags.string)], color: "var(--pin-text)" },
    { tag: [tags.number], color: "var(--pin-number)" },
    { tag: [tags.bool, tags.null, tags.keyword, tags.operatorKeyword], color: "var(--pin-dict)" },
    { tag: [tags.comment], color: "var(--ink-3)" },
    { tag: [tags.propertyName, tags.definition(tags.variableName)], fontWeight: "600" },
  ];
  return syntaxHighlighting(HighlightStyle.define(styles));
}
