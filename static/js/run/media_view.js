/** Files in values (`data:` addresses): pictures, sounds and films to see and hear, everything else to download. */

import { dataAddress, getFile } from "../api/values.js";
import { CutValue } from "../cut_value.js";
import { h } from "../dom.js";
import { size } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../messages.js";
import { bytesOf } from "../save_file.js";
import { toastError } from "../toast.js";
import { saveValues } from "../value_actions.js";
import { isSafePicture } from "./image_size.js";

/** A larger one is only loaded when somebody asks for it. */
const MOST_BYTES_AT_ONCE = 8_000_000;

/** @param {string} name @param {string|CutValue} value @returns {HTMLElement} */
export function fileView(name, value) {
  const address = value instanceof CutValue ? value.head : value;
  const kind = address.slice(5, address.indexOf(";"));
  const length = value instanceof CutValue ? value.sizeBytes : value.length;
  const bytes = Math.round((length - address.indexOf(",") - 1) * 0.75);
  const line = h(
    "p",
    { class: "file-line" },
    icon("file"),
    h("span", null, `${kind}, ${size(bytes)}`),
    h("button", { class: "link-button", type: "button", on: { click: () => void saveValues(name, [value]) } }, t("Download")),
  );
  return h("div", { class: "rich" }, mediaView(name, kind, value, bytes), line);
}

/** @param {string} name @param {string} kind @param {string|CutValue} value @param {number} bytes @returns {HTMLElement|null} */
function mediaView(name, kind, value, bytes) {
  if (!/^(image|audio|video)\//.test(kind)) return null;
  if (typeof value === "string") return shown(name, kind, value, bytesOf(value));
  const place = h("div", null, h("p", { class: "muted" }, t("Loading…")));
  const load = async () => {
    const file = await getFile(value);
    const begin = new Uint8Array(await file.arrayBuffer());
    place.replaceChildren(shown(name, kind, await dataAddress(value, file), begin));
  };
  const begin = () => void load().catch((error) => (offer(), toastError(error, t("It was not loaded"))));
  const offer = () =>
    place.replaceChildren(h("button", { class: "button small", type: "button", on: { click: begin } }, t("Load it")));
  if (kind.startsWith("image/") && bytes <= MOST_BYTES_AT_ONCE) begin();
  else offer();
  return place;
}

/** @param {string} name @param {string} kind @param {string} address @param {Uint8Array|null} bytes null where they cannot be read */
function shown(name, kind, address, bytes) {
  if (kind.startsWith("audio/"))
    return h("audio", { class: "value-sound", controls: true, preload: "none", src: address, "aria-label": name });
  if (kind.startsWith("video/"))
    return h("video", { class: "value-image", controls: true, preload: "none", src: address, "aria-label": name });
  if (!bytes || !isSafePicture(kind, bytes))
    return h(
      "p",
      { class: "muted" },
      t("Not shown: so large a picture, or of this kind, could stop the browser. Download it to see it elsewhere."),
    );
  // In an <img> a picture's scripts do not run and its links do not load, also those of SVG.
  return h("img", { class: "value-image", src: address, alt: name });
}
