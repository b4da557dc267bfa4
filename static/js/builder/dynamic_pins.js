/** Pins for a single key of a dictionary or a single item of a list. Pure. */

/** @typedef {import("../types.js").Link} Link */
/** @typedef {import("./pins.js").Pin} Pin */

/** @param {Pin} pin @returns {string} what stands between the pin's name and the key or index */
export function markOf(pin) {
  return pin.kind === "list" ? "_$_" : "_#_";
}

/** @param {Pin} pin @param {string} name a pin in a link @returns {string|null} the key or index, null where it is no single part */
export function partOf(pin, name) {
  const start = `${pin.name}${markOf(pin)}`;
  const part = name.startsWith(start) ? name.slice(start.length) : "";
  return part && !/_[$#@]_/.test(part) ? part : null;
}

/**
 * The links after a key was renamed or removed, or an item removed: those after it move up.
 * @param {Link[]} links @param {string} nodeId @param {Pin} pin @param {import("../fields/value_field.js").PartChange} change
 * @returns {Link[]} the same list where no link is concerned
 */
export function followPart(links, nodeId, pin, change) {
  let isSame = true;
  const made = links.flatMap((link) => {
    const part = link.sink_id === nodeId ? firstPart(pin, link.sink_name) : null;
    const to = part === null ? part : newPart(pin, part.part, change);
    if (part === null || to === part.part) return [link];
    isSame = false;
    return to === null ? [] : [{ ...link, sink_name: `${pin.name}${markOf(pin)}${to}${part.rest}` }];
  });
  return isSame ? links : made;
}

/** @param {Pin} pin @param {string} name @returns {{part: string, rest: string}|null} of `values_#_a_$_1`: "a" and "_$_1" */
function firstPart(pin, name) {
  const start = `${pin.name}${markOf(pin)}`;
  if (!name.startsWith(start)) return null;
  const [part] = name.slice(start.length).split(/_[$#@]_/);
  return { part, rest: name.slice(start.length + part.length) };
}

/** @param {Pin} pin @param {string} part @param {import("../fields/value_field.js").PartChange} change @returns {string|null} */
function newPart(pin, part, change) {
  if (part === change.part) return change.to;
  const isAfter = pin.kind === "list" && change.to === null && Number(part) > Number(change.part);
  return isAfter ? String(Number(part) - 1) : part;
}
