/** Elements without markup: everything that comes from outside becomes a text node, never HTML. */

/**
 * Makes an HTML element. `props` are attributes; `on` holds listeners, `data` the data-* attributes; true and false
 * set and leave out an attribute. A key that begins with a dot is a property (".value").
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>|null} [props]
 * @param {...any} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  setProps(element, props);
  append(element, children);
  return element;
}

/**
 * Makes an SVG element.
 * @param {string} tag
 * @param {Record<string, any>|null} [props]
 * @param {...any} children
 * @returns {SVGElement}
 */
export function svg(tag, props, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setProps(element, props);
  append(element, children);
  return /** @type {SVGElement} */ (element);
}

/** @param {Element} element @param {Record<string, any>|null|undefined} props */
function setProps(element, props) {
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") for (const [name, listener] of Object.entries(value)) element.addEventListener(name, listener);
    else if (key === "data") Object.assign(/** @type {HTMLElement} */ (element).dataset, value);
    else if (key.startsWith(".")) /** @type {any} */ (element)[key.slice(1)] = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
}

/** @param {Element} element @param {any[]} children */
function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

/** Puts `children` in the place of everything in `element`. @param {Element} element @param {...any} children */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/** Changes a text only where it differs, so that a live page does not lay out what stayed the same.
 * @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let lastId = 0;

/** An id for aria-controls and labels. @returns {string} */
export function uniqueId() {
  lastId += 1;
  return `u${lastId}`;
}
