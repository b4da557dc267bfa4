/** Credentials: the keys and logins that blocks may use, the user's own and the server's, by provider. */

import { listCredentials, listProviders } from "../api/credentials.js";
import { credentialsRow, openForm } from "../credentials/card.js";
import { Selection } from "../credentials/selection.js";
import { fill, h } from "../dom.js";
import { inOrder } from "../in_order.js";
import { t } from "../messages.js";
import { button, pageHead } from "../page_head.js";
import { loadStyles } from "../styles.js";
import { toastError } from "../toast.js";

/** @typedef {import("../api/credentials.js").Credentials} Credentials */
/** @typedef {import("../api/credentials.js").Provider} Provider */

/** @type {import("../pages.js").View} */
export async function showCredentials(main, _place, signal) {
  const styles = loadStyles("credentials.css");
  const body = h("div", { class: "stack" });
  /** @type {Provider[]} */
  let providers = [];
  const ask = () => Promise.all([listCredentials(), listProviders()]);
  const load = inOrder(ask, ([stored, known]) => {
    if (signal.aborted) return;
    providers = known;
    selection.reset();
    fill(body, stored.length ? [selection.element, groups(stored, known, reload, selection)] : empty(openNew));
  });
  const selection = new Selection(() => reload());
  const reload = () => void load().catch((error) => toastError(error));
  const openNew = () => openForm(t("Add credentials"), providers, reload);
  await Promise.all([styles, load()]);
  if (signal.aborted) return;
  fill(
    main,
    pageHead({ title: t("Credentials"), actions: [button(t("Add credentials"), "plus", openNew, "filled wide-label")] }),
    body,
  );
}

/** @param {Credentials[]} stored @param {Provider[]} known @param {() => void} reload @param {Selection} selection */
function groups(stored, known, reload, selection) {
  const providers = new Map(known.map((one) => [one.name, one]));
  return [...new Set(stored.map((one) => one.provider))].map((name) => {
    const provider = providers.get(name) ?? unknownProvider(name);
    const own = stored.filter((one) => one.provider === name);
    return h(
      "section",
      { class: "card", "aria-label": provider.title },
      h("div", { class: "card-head" }, h("h2", null, provider.title)),
      h(
        "ul",
        { class: "card-body credentials-list" },
        own.map((one) => credentialsRow(one, provider, reload, selection)),
      ),
    );
  });
}

/** @param {string} name @returns {Provider} one that no block here uses */
function unknownProvider(name) {
  return {
    name,
    title: name,
    supported_auth_types: ["api_key"],
    scopes: [],
    hosts: [],
    n_blocks: 0,
    can_log_in: false,
    login_hint: null,
    is_system: false,
    key_url: null,
  };
}

/** @param {() => void} onNew */
function empty(onNew) {
  return h(
    "div",
    { class: "empty dotted" },
    h("h2", { class: "empty-title" }, t("No credentials")),
    h(
      "p",
      null,
      t(
        "Keys and logins that blocks use at other services. They stay on this machine, sealed, and are sent only to the hosts that they name.",
      ),
    ),
    h("div", { class: "empty-actions" }, button(t("Add credentials"), "plus", onNew, "filled")),
  );
}
