/** Reads a file that somebody chose into a value. */

import { t } from "./messages.js";

const MAX_FILE_BYTES = 10_000_000;

/** @param {File} file @returns {Promise<string>} a data: address with its bytes */
export function readDataUri(file) {
  return new Promise((resolve, reject) => {
    if (file.size > MAX_FILE_BYTES) return reject(new Error(t("The file is larger than 10 MB.")));
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result)));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
