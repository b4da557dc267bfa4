/**
 * Parts of the builder that its first screen does without: each is loaded when it is first asked for. So that nobody waits for them, all are
 * loaded once somebody moves on the page, or some seconds after the canvas stands.
 */

import { html, useEffect, useState } from "../../vendor/react.js";
import { toastError } from "../toast.js";

/** The first screen has asked for its own figures and drawn them by then. */
const REST_AFTER_MS = 3_000;

/** @template T @typedef {(() => Promise<T>) & {now: T|null}} Later `now`: what has come, so that nothing waits for it a second time */

/** @type {Later<any>[]} */
const all = [];

/**
 * @template T @param {() => Promise<T>} load @param {{isSeldom?: boolean}} [options] `isSeldom`: it comes only when it is asked for
 * @returns {Later<T>} loads it once; after a failure again
 */
export function later(load, { isSeldom = false } = {}) {
  /** @type {Promise<T>|null} */
  let coming = null;
  const ask = () => {
    coming ??= load().then(
      (found) => (part.now = found),
      (error) => {
        coming = null;
        throw error;
      },
    );
    return coming;
  };
  const part = Object.assign(ask, { now: /** @type {T|null} */ (null) });
  if (!isSeldom) all.push(part);
  return part;
}

/**
 * Draws a component of a part as soon as that has come.
 * @param {{part: Later<any>, name: string, onFailure?: () => void} & Record<string, any>} props `name` of the component; the rest is for it
 */
export function Coming({ part, name, onFailure = () => {}, ...props }) {
  const [, drawAgain] = useState(/** @type {any} */ (null));
  // Not kept as state: another part may take this one's place, as the status of a node that of its price.
  const found = part.now;
  useEffect(() => {
    if (!found)
      part().then(
        () => drawAgain(part.now),
        (error) => (toastError(error), onFailure()),
      );
  }, [found, part]);
  return found && html`<${found[name]} ...${props} />`;
}

/** Loads the rest of the parts, one after the other while the page has nothing else to do. @param {AbortSignal} signal */
export function loadRestSoon(signal) {
  const begun = new AbortController();
  const begin = () => {
    if (begun.signal.aborted || signal.aborted) return;
    begun.abort();
    performance.mark("rest"); // what was loaded before is the first screen: tests measure it
    void loadRest(signal);
  };
  for (const event of ["pointermove", "pointerdown", "keydown"])
    addEventListener(event, begin, { signal: AbortSignal.any([begun.signal, signal]) });
  setTimeout(begin, REST_AFTER_MS);
}

/** @param {AbortSignal} signal */
async function loadRest(signal) {
  for (const part of all) {
    if (signal.aborted) return;
    // One that cannot be had now is asked for again by whoever needs it, who is told.
    if (!part.now) await idle().then(() => part().catch(() => {}));
  }
}

/** @returns {Promise<void>} */
function idle() {
  return new Promise((resolve) => (window.requestIdleCallback ?? setTimeout)(() => resolve(), { timeout: 500 }));
}
