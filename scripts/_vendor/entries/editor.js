// CodeMirror, for long JSON and code: loaded when somebody opens the large editor.
export { json, jsonParseLinter } from "@codemirror/lang-json";
export { python } from "@codemirror/lang-python";
export { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
export { linter } from "@codemirror/lint";
export { tags } from "@lezer/highlight";
export { basicSetup, EditorView } from "codemirror";
