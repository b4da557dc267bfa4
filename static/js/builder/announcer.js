/** What the keys have done, for those who do not see it. */

import { html } from "../../vendor/react.js";
import { useView } from "./hooks.js";

export function Announcer() {
  const said = useView((view) => view.said);
  return html`<div className="sr-only" role="status" aria-live="polite" data-said>${said}</div>`;
}
