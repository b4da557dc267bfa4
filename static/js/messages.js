/**
 * The words of the pages. Every text that a person reads goes through `t` or `plural`, in English, which is also its key:
 * static/messages/en.json lists them all (scripts/messages makes it), and a translation is a copy of that file with the same keys.
 */

/** @typedef {string|Partial<Record<Intl.LDMLPluralRule, string>>} Message a text, or one for each plural form */

const languages = ["en"];
const language = localStorage.getItem("language") ?? languages.find((known) => navigator.language.startsWith(known)) ?? "en";

/** What Intl writes numbers and dates by: the reader's own region where it speaks the language of the page. */
export const locale = navigator.languages.find((own) => own.startsWith(language)) ?? language;

const pluralRules = new Intl.PluralRules(language);

/** Waited for before any page is built, so that constants may hold messages. @type {Record<string, Message>} */
const translation = language === "en" ? {} : await loadTranslation();

document.documentElement.lang = language;

/**
 * @param {string} message in English; names in braces are places for `values`
 * @param {Record<string, any>} [values]
 * @returns {string} in the reader's language
 */
export function t(message, values) {
  const text = translation[message] ?? message;
  return write(typeof text === "string" ? text : (text.other ?? message), values);
}

/**
 * @param {number} n @param {string} one in English, for one @param {string} many in English, for any other number; the key
 * @param {Record<string, any>} [values] besides `n`
 * @returns {string} in the plural form that the reader's language has for `n`
 */
export function plural(n, one, many, values) {
  const text = translation[many] ?? { one, other: many };
  const form = typeof text === "string" ? text : (text[pluralRules.select(n)] ?? text.other ?? many);
  return write(form, { n: n.toLocaleString(locale), ...values });
}

/**
 * A sentence around elements: its texts and the `values` in their order, for `h` and for React alike.
 * @param {string} message in English, with names in braces @param {Record<string, any>} values
 * @returns {any[]}
 */
export function parts(message, values) {
  return t(message)
    .split(/\{(\w+)\}/)
    .map((part, i) => (i % 2 ? values[part] : part));
}

/** @param {string} text @param {Record<string, any>} [values] */
function write(text, values) {
  return values ? text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place)) : text;
}

/** @returns {Promise<Record<string, Message>>} nothing where there is no such file: the pages are in English then */
async function loadTranslation() {
  const response = await fetch(new URL(`../messages/${encodeURIComponent(language)}.json`, import.meta.url)).catch(() => null);
  return response?.ok ? response.json() : {};
}
