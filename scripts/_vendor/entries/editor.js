// CodeMirror, for long JSON and code: loaded when somebody opens the large editor.
export { json, jsonParseLinter } from "@codemirror/lang-json";
export { python } from "@codemirror/lang-python";
export { linter } from "@codemirror/lint";
export { basicSetup, EditorView } from "codemirror";
