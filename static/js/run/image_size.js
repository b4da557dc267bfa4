/**
 * How large a picture says it is, read from its first bytes before the browser decodes it: a PNG of a few kB may be 65,500 pixels wide
 * and high, which takes 17 GB. Pure.
 */

/** A photograph of 50 megapixels takes 200 MB while it is shown. */
export const MOST_PIXELS = 50_000_000;
const MOST_SIDE = 30_000;
const MOST_SVG_BYTES = 1_000_000;

/** Copies of copies grow by powers: twenty of them make at most some thousand. */
const MOST_SVG_COPIES = 20;

/** @typedef {{width: number, height: number}} Size */

/** @param {string} kind @param {Uint8Array} bytes @returns {boolean} whether it may be decoded to be shown */
export function isSafePicture(kind, bytes) {
  if (kind === "image/svg+xml") return isSafeDrawing(bytes);
  const size = pictureSize(bytes);
  return size !== null && size.width <= MOST_SIDE && size.height <= MOST_SIDE && size.width * size.height <= MOST_PIXELS;
}

/** In an <img> a drawing neither runs nor loads anything, but it may be made to take for ever. @param {Uint8Array} bytes */
function isSafeDrawing(bytes) {
  if (bytes.length > MOST_SVG_BYTES) return false;
  const text = new TextDecoder().decode(bytes);
  if (/<!ENTITY|<!DOCTYPE[^>]*\[/i.test(text)) return false;
  return (text.match(/<(?:\w+:)?(?:use|pattern|filter|mask|foreignObject)\b/gi) ?? []).length <= MOST_SVG_COPIES;
}

/** @param {Uint8Array} bytes @returns {Size|null} null for what is none of the kinds that are shown */
export function pictureSize(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return pngSize(view) ?? gifSize(view) ?? jpegSize(view) ?? webpSize(view) ?? bmpSize(view) ?? avifSize(view);
  } catch (error) {
    if (error instanceof RangeError) return null; // it ends before it says
    throw error;
  }
}

/** @param {DataView} view @param {number} at @param {number} length */
function letters(view, at, length) {
  return String.fromCharCode(...Array.from({ length }, (_, i) => view.getUint8(at + i)));
}

/** @param {DataView} view @returns {Size|null} */
function pngSize(view) {
  if (view.byteLength < 24 || view.getUint32(0) !== 0x89504e47 || letters(view, 12, 4) !== "IHDR") return null;
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** @param {DataView} view @returns {Size|null} */
function gifSize(view) {
  if (letters(view, 0, 4) !== "GIF8") return null;
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** @param {DataView} view @returns {Size|null} */
function bmpSize(view) {
  if (letters(view, 0, 2) !== "BM") return null;
  return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
}

/** @param {DataView} view @returns {Size|null} of the first frame: before it there is what a camera wrote down */
function jpegSize(view) {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; ;) {
    while (view.getUint8(at) === 0xff && view.getUint8(at + 1) === 0xff) at += 1;
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
}

/** @param {DataView} view @returns {Size|null} */
function webpSize(view) {
  if (letters(view, 0, 4) !== "RIFF" || letters(view, 8, 4) !== "WEBP") return null;
  const form = letters(view, 12, 4);
  const three = (/** @type {number} */ at) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  if (form === "VP8X") return { width: three(24) + 1, height: three(27) + 1 };
  if (form === "VP8 ") return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (form !== "VP8L") return null;
  const bits = view.getUint32(21, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** @param {DataView} view @returns {Size|null} the largest of the sizes that it names: it may hold several pictures */
function avifSize(view) {
  if (letters(view, 4, 4) !== "ftyp" || !/^avi[fs]$/.test(letters(view, 8, 4))) return null;
  let width = 0;
  let height = 0;
  for (let at = 16; at + 16 <= Math.min(view.byteLength, 65_536); at += 1) {
    if (view.getUint32(at) !== 0x69737065) continue; // ispe
    width = Math.max(width, view.getUint32(at + 8));
    height = Math.max(height, view.getUint32(at + 12));
  }
  return width ? { width, height } : null;
}
