/** A file: its address, or its bytes inside the value. */

import { html, useRef, useState } from "../../vendor/react.js";
import { t } from "../messages.js";
import { readDataUri } from "../read_file.js";
import { Glyph } from "./glyph.js";

const MOST_SHOWN = 200;

/** @param {import("./value_field.js").FieldProps} props */
export function FileField({ value, id, label, onChange }) {
  const picker = useRef(/** @type {any} */ (null));
  const [problem, setProblem] = useState("");
  const [name, setName] = useState("");
  const take = async (/** @type {any} */ event) => {
    const [file] = event.target.files;
    if (!file) return;
    setProblem(t("The file is still being read."));
    try {
      const read = await readDataUri(file);
      setName(file.name);
      setProblem("");
      onChange(read);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const isInside = typeof value === "string" && value.startsWith("data:");
  const shown = isInside ? name || `${value.slice(0, MOST_SHOWN).split(",")[0]}` : (value ?? "");
  return html`<div className="field-row">
      <input className="input" type="text" id=${id} aria-label=${label} placeholder=${t("Address of a file")} value=${shown}
        readOnly=${isInside} data-unread=${problem ? "" : undefined} onChange=${(/** @type {any} */ e) => (setProblem(""), onChange(e.target.value || undefined))} />
      <input type="file" hidden ref=${picker} aria-label=${t("Choose a file")} onChange=${take} />
      ${
        isInside
          ? html`<button type="button" className="button quiet square" aria-label=${t("Remove the file")}
            onClick=${() => onChange(undefined)}><${Glyph} name="cross" /></button>`
          : html`<button type="button" className="button" onClick=${() => picker.current.click()}>${t("Choose")}</button>`
      }
    </div>
    ${problem && html`<p className="field-error" role="alert">${problem}</p>`}`;
}
