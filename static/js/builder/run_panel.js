/** Inputs for a run from the builder, and what came out of it. */

import { ApiError } from "../api.js";
import { CredentialFields } from "../credential_fields.js";
import { html, useEffect, useRef, useState } from "../../vendor/react.js";
import { paths } from "../router.js";
import { RunOutputs } from "../run_outputs.js";
import { SchemaForm } from "../schema_form.js";
import { hasEnded, runLook } from "../status.js";
import { toastError } from "../toast.js";
import { CloseButton } from "./close_button.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useDraft, useView } from "./hooks.js";
import { countPinned } from "./pinned_outputs.js";
import { SimulatePrice } from "./given_outputs.js";
import { RunPrice } from "./run_price.js";
import { PanelEdge } from "./panel_edge.js";
import { plural, t } from "../messages.js";

export function RunPanel() {
  const builder = useBuilder();
  const run = useView((view) => view.run);
  const version = useView((view) => view.version);
  const graph = builder.saved;
  const look = run && runLook(run.run);
  return html`<aside className="panel" aria-label=${t("Run")}>
    <${PanelEdge} kind="panel" />
    <header className="panel-head">
      <span className="panel-icon"><${Glyph} name="play" /></span>
      <div className="panel-names">
        <h2>${t("Run")}</h2>
        <div className="muted">${t("Version {version}", { version })}</div>
      </div>
      ${
        look &&
        html`<span className=${`badge tone-${look.tone}`} role="status"><${Glyph}
        name=${look.icon} />${look.word}</span>`
      }
      <${CloseButton} />
    </header>
    <div className="panel-body">
      ${graph && html`<${RunInputs} key=${graph.version} graph=${graph} />`}
      ${run && html`<${Outputs} run=${run} />`}
      ${run && graph && html`<a className="link-button" href=${paths.run(graph.id, run.id)}>${t("Open the page of this run")}</a>`}
    </div>
  </aside>`;
}

/** @param {{graph: import("../types.js").Graph}} props */
function RunInputs({ graph }) {
  const builder = useBuilder();
  const place = useRef(/** @type {any} */ (null));
  const form = useRef(/** @type {{inputs: SchemaForm, keys: CredentialFields}|null} */ (null));
  const loading = useRef(/** @type {Promise<void>} */ (Promise.resolve()));
  const [problem, setProblem] = useState("");
  const isRunning = useView((view) => view.run !== null && !hasEnded(view.run.run.status));
  const withPins = useView((view) => view.panel?.kind === "run" && view.panel.withPins === true);
  const pins = useDraft(countPinned);
  const verb = withPins ? t("Simulate") : t("Run");
  useEffect(() => {
    let isGone = false;
    const show = (/** @type {[SchemaForm, CredentialFields]} */ [inputs, keys]) => {
      if (isGone) return;
      form.current = { inputs, keys };
      place.current.replaceChildren(inputs.element, keys.element);
      place.current.querySelector("input, textarea, select")?.focus();
    };
    const fields = SchemaForm.make(graph.input_schema ?? {}, builder.lastInputs ?? {});
    const both = Promise.all([fields, CredentialFields.load(graph.credentials_input_schema)]);
    loading.current = both.then(show, (error) => toastError(error));
    return () => void (isGone = true);
  }, [graph]);
  const start = async (/** @type {any} */ event) => {
    event.preventDefault();
    await loading.current; // who presses at once means the fields that are about to show
    const inputs = form.current?.inputs.read();
    if (!inputs || isRunning) return;
    builder.lastInputs = inputs;
    setProblem("");
    try {
      await builder.control.start(inputs, form.current?.keys.read() ?? {}, withPins);
    } catch (error) {
      setProblem(refuse(builder, form.current?.inputs, error));
    }
  };
  const enter = (/** @type {any} */ event) =>
    event.key === "Enter" && (event.ctrlKey || event.metaKey) && (event.stopPropagation(), void start(event));
  return html`<form className="run-inputs" noValidate onSubmit=${start} onKeyDown=${enter} aria-label=${t("Inputs")}>
    <div className="form-fields" ref=${place}></div>
    ${problem && html`<p className="field-error" role="alert">${problem}</p>`}
    <div className="run-begin"><button type="submit" className="button filled" disabled=${isRunning}><${Glyph}
      name=${withPins ? "pin" : "play"} /> ${isRunning ? t("Running") : verb} <kbd>Ctrl Enter</kbd></button>
    ${withPins ? html`<${SimulatePrice} />` : html`<${RunPrice} />`}</div>
    ${!withPins && html`<button type="button" className="link-button run-schedule" onClick=${() => builder.actions.run("schedule")}>${t("Or on a schedule")}</button>`}
    ${
      withPins &&
      html`<p className="muted">${plural(pins, "{n} node gives its pinned output: it is not called and costs nothing.", "{n} nodes give their pinned outputs: they are not called and cost nothing.")}</p>`
    }
  </form>`;
}

/** @param {any} builder @param {SchemaForm|undefined} form @param {unknown} error @returns {string} */
function refuse(builder, form, error) {
  if (!(error instanceof ApiError)) throw error;
  const problems = Object.entries(error.nodeErrors).flatMap(([id, fields]) =>
    Object.entries(fields).map(([field, message]) => ({ nodeId: builder.localIds.get(id) ?? id, field, message })),
  );
  builder.set({ refused: problems });
  /** @type {Record<string, string>} */
  const byField = {};
  for (const { nodeId, message } of problems) byField[String(builder.doc.node(nodeId)?.input_default.name)] = message;
  form?.showProblems(byField);
  return [error.message, error.hint].filter(Boolean).join(" ");
}

/** @param {{run: import("./run_control.js").RunView}} props */
function Outputs({ run }) {
  const builder = useBuilder();
  const place = useRef(/** @type {any} */ (null));
  const outputs = useRef(/** @type {RunOutputs|null} */ (null));
  useEffect(() => {
    outputs.current = new RunOutputs(builder.saved?.output_schema);
    place.current.replaceChildren(outputs.current.element);
  }, [run.id]);
  useEffect(() => outputs.current?.update(run.run), [run]);
  return html`<div ref=${place}></div>`;
}
