export const basicSetup: any;
export const EditorView: any;
export const json: any;
export const jsonParseLinter: any;
export const linter: any;
export const python: any;
