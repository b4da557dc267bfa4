/** Files that the page itself makes. */

import { h } from "./dom.js";
import { fileName } from "./format.js";

/** @param {string} text @returns {boolean} whether it is a file in itself */
export function isDataAddress(text) {
  return /^data:[\w.+-]+\/[\w.+-]+(;[\w=.-]+)*;base64,/.test(text.slice(0, 200));
}

/** @param {string} address or its beginning @returns {string} */
export function endingOf(address) {
  const kind = address.slice(5, address.indexOf(";"));
  const ending = kind.split("/")[1]?.replace(/^x-|^vnd\..*\.|\+.*$/g, "");
  return ending?.slice(0, 10) || "bin";
}

/** @param {string} name @param {string} address */
export function saveDataAddress(name, address) {
  const bytes = bytesOf(address);
  if (bytes) saveFile(fileName(name, endingOf(address)), bytes);
  else saveFile(fileName(name, "txt"), address);
}

/** @param {string} address @returns {Uint8Array<ArrayBuffer>|null} what it holds; null where that is no base64 */
export function bytesOf(address) {
  try {
    return Uint8Array.from(atob(address.slice(address.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

/** @param {string} name @param {BlobPart} content */
export function saveFile(name, content) {
  const url = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
