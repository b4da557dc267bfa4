/** On the node of a trigger: that it starts the agent when something is delivered, and to which address, once it is set up. */

import { listPresets, listWebhooks } from "../api/triggers.js";
import { html, useEffect, useState } from "../../vendor/react.js";
import { t } from "../messages.js";
import { paths } from "../router.js";
import { copyText } from "../copy_text.js";
import { Glyph } from "./glyphs.js";
import { useBuilder, useView } from "./hooks.js";

/** @typedef {import("../api/triggers.js").Webhook} Webhook */

/** @param {string} graphId @returns {Promise<Webhook[]>} those that start the agent */
async function webhooksOf(graphId) {
  const [webhooks, presets] = await Promise.all([listWebhooks(), listPresets()]);
  const ids = new Set(presets.filter((one) => one.graph_id === graphId).map((one) => one.webhook_id));
  return webhooks.filter((one) => ids.has(one.id));
}

export function TriggerNote() {
  const { saved } = useBuilder();
  const version = useView((view) => view.version);
  const [found, setFound] = useState(/** @type {Webhook[]|null} */ (null));
  useEffect(() => {
    let isOld = false;
    const ask = saved ? webhooksOf(saved.id) : Promise.resolve([]);
    // The form works without; the page of triggers says what is wrong.
    ask.then(
      (all) => isOld || setFound(all),
      () => isOld || setFound([]),
    );
    return () => void (isOld = true);
  }, [version]);
  if (!found) return null;
  return html`<section className="trigger-note" aria-label=${t("Trigger")}>
    ${
      found.length
        ? html`<p>${t("A delivery to this address starts the agent:")}</p>
          ${found.map((one) => html`<${Address} key=${one.id} url=${one.url} />`)}`
        : html`<p>${
            saved
              ? t("This node starts the agent when something is delivered. It has no address yet.")
              : t(
                  "This node starts the agent when something is delivered. It gets its address once the agent is saved and the trigger is set up.",
                )
          }</p>`
    }
    ${saved && html`<a className="link-button" href=${paths.agentTab(saved.id, "triggers")}>${found.length ? t("Its deliveries") : t("Set up the trigger")}</a>`}
  </section>`;
}

/** @param {{url: string}} props */
function Address({ url }) {
  return html`<div className="trigger-url"><code>${url}</code>
    <button type="button" className="button quiet square small" aria-label=${t("Copy the address")} title=${t("Copy the address")}
      onClick=${() => void copyText(url, t("Copied"))}><${Glyph} name="copy" /></button></div>`;
}
