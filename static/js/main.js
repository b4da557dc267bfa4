/** The front door: logs in, draws the frame, and shows the page that the address names. */

import { ApiError, setLoggedOutListener, verifyEmail } from "./api.js";
import { fill, h } from "./dom.js";
import { installDrops } from "./drops.js";
import { makeFrame } from "./frame.js";
import { turnInPhase } from "./in_phase.js";
import { watchConnection } from "./offline.js";
import { PAGES } from "./pages.js";
import { parsePlace, paths, startRouter } from "./router.js";
import { hasLinkCode, takeLink, whenLoggedOutElsewhere } from "./session.js";
import { loadSharedStyles } from "./styles.js";
import { toast, toastError } from "./toast.js";
import { t } from "./messages.js";

/** @typedef {import("./pages.js").View} View */

const app = /** @type {HTMLElement} */ (document.getElementById("app"));

/** @type {AbortController|null} */
let page = null;

/** @type {import("./frame.js").Frame|null} */
let frame = null;

async function start() {
  turnInPhase();
  // A link that is opened in this very tab changes only what stands behind the #.
  addEventListener("hashchange", () => hasLinkCode() && location.reload());
  setLoggedOutListener((ways) => void logOut("", ways));
  whenLoggedOutElsewhere(() => location.reload());
  const [kind, code] = takeLink() ?? ["", ""];
  if (kind === "reset") return (await loadLogin()).showNewPassword(app, code, () => location.reload());
  if (kind === "verify") takenToVerify = code;
  if (kind === "code") {
    const { beginSession } = await import("./begin_session.js");
    const { problem, ways } = await beginSession("link", { code });
    if (problem) return logOut(problem, ways);
  }
  watchConnection(() => location.pathname.startsWith("/build"));
  startRouter(() => void showPage());
  installDrops(() => frame !== null);
  await showPage();
}

/** The code of a mail to a new address. It waits here until somebody is logged in. */
let takenToVerify = "";

async function verifyTaken() {
  const code = takenToVerify;
  takenToVerify = "";
  const user = await verifyEmail(code).catch((error) => void toastError(error));
  if (user) toast(t("Your e-mail address is now {email}.", { email: user.email }));
}

/** Most visits need none of it. */
const loadLogin = async () => (await Promise.all([import("./views/login.js"), loadSharedStyles()]))[0];

let isLoggedOut = false;

/** @param {string} problem why a link did not work @param {string[]} ways in, that the server has */
async function logOut(problem, ways) {
  if (isLoggedOut) return; // other requests were on their way: the form that shows keeps what was typed into it
  isLoggedOut = true;
  page?.abort();
  frame?.close();
  frame = null;
  document.title = "autogpt_lite";
  const home = location.pathname === "/login" ? "/" : location.pathname;
  const { showLogin } = await loadLogin();
  showLogin(app, { problem, ways, onLogin: () => location.assign(takenToVerify ? `/#verify=${takenToVerify}` : home) });
}

async function showPage() {
  page?.abort();
  const { signal } = (page = new AbortController());
  const place = parsePlace(location);
  frame ??= openFrame();
  frame.showPlace(place.name);
  const { main } = frame;
  const isFirst = !main.hasChildNodes();
  // The old page stays until the new one is there: an empty one in between would flicker.
  try {
    const view = await viewOf(place.name);
    if (!signal.aborted) await view(main, place, signal);
  } catch (error) {
    if (!signal.aborted) showFailure(main, error);
  }
  if (!signal.aborted && takenToVerify) void verifyTaken();
  if (signal.aborted || isFirst) return;
  const focused = document.activeElement;
  if (focused !== main && main.contains(focused)) return; // the page has chosen a field itself
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
}

function openFrame() {
  isLoggedOut = false;
  const opened = makeFrame();
  fill(app, opened.element);
  return opened;
}

/** @param {HTMLElement} main @param {unknown} error */
function showFailure(main, error) {
  if (error instanceof ApiError && error.status === 401) return;
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof ApiError ? error.hint : null;
  if (!(error instanceof ApiError)) console.error(error);
  const again = h("button", { class: "button filled", type: "button", on: { click: () => void showPage() } }, t("Try again"));
  const home = h("a", { class: "button", href: paths.library() }, t("To the library"));
  fill(
    main,
    h(
      "div",
      { class: "empty" },
      h("h1", null, message),
      hint && h("p", null, hint),
      h("div", { class: "empty-actions" }, again, home),
    ),
  );
}

/** @param {string} name @returns {Promise<View>} */
async function viewOf(name) {
  const page = PAGES.find((one) => one.name === name);
  const [view] = await Promise.all([page ? page.load() : showMissing, page?.isBare ? null : loadSharedStyles()]);
  return view;
}

/** @type {View} */
function showMissing(main) {
  document.title = t("Not found · autogpt_lite");
  const home = h("a", { class: "button filled", href: paths.library() }, t("To the library"));
  fill(main, h("div", { class: "empty" }, h("h1", null, t("There is no such page")), h("div", { class: "empty-actions" }, home)));
}

start().catch((error) => toastError(error));
