// The fonts, with all their characters and features, but only in the weights that the styles use: a third less to load for every page.
// Usage: node fonts.mjs FOLDER
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import subsetFont from "subset-font";

const WEIGHTS = { min: 400, max: 700, default: 400 }; // static/tokens.css says the same
const NAMES = ["hanken-grotesk", "geist-mono"];
const ALL_CHARACTERS = Array.from({ length: 0xd800 - 0x20 }, (_, i) => String.fromCodePoint(i + 0x20)).join("");

for (const name of NAMES) {
  const file = `${name}-latin-wght-normal.woff2`;
  const whole = await readFile(join(import.meta.dirname, "node_modules", "@fontsource-variable", name, "files", file));
  const options = { targetFormat: "woff2", variationAxes: { wght: WEIGHTS } };
  await writeFile(join(process.argv[2], file), await subsetFont(whole, ALL_CHARACTERS, options));
}
