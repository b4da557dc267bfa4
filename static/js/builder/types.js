/** What the parts of the builder show and share, for the type checker only. */

/** @typedef {import("../types.js").Graph} Graph */
/** @typedef {{nodeId: string, field: string, message: string, isMissing?: boolean}} Problem `isMissing`: nothing is given there yet */
/** @typedef {{nodeId: string, pin: import("./pins.js").Pin, isSource: boolean}} Dragged a pin that a link is drawn from */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {{screen: Point, nodeId: string, dragged: Dragged, pins: import("./pins.js").Pin[]}} PinChoice */
/** @typedef {"near"|"middle"|"far"|"block"} Zoom near: all of it; middle: no pin names; far: title bars; block: its status only */

/**
 * @typedef {Object} View
 * @property {any[]} flowNodes
 * @property {Set<string>} selectedLinks
 * @property {Set<string>} openNodes those whose pins all show
 * @property {{kind: "node", id: string, tab: string, field?: string}|{kind: "run", withPins?: boolean}|{kind: "versions"}|{kind: "nodes"}|null} panel
 * @property {Graph|null} newer a version that was saved elsewhere while this draft was changed
 * @property {{screen: Point, at: Point, from: Dragged|null, typed?: string}|null} menu the block menu; `typed` before it was there (early_keys.js)
 * @property {import("./link_by_keys.js").Linking|null} linking while a link is made by keys
 * @property {PinChoice|null} pinChoice after a link was dropped on a node with several pins that fit as well
 * @property {string} said what a screen reader is told
 * @property {string|null} palette what the palette's field starts with; null while it is closed
 * @property {Set<string>} cutOff nodes that do not run because what leads to them is switched off
 * @property {Problem[]} problems
 * @property {Problem[]} refused what the server said at the last save
 * @property {string} draft in words
 * @property {number} version 0 before the first save
 * @property {boolean} isChanged
 * @property {Dragged|null} dragged
 * @property {boolean} isReady whether the canvas shows what it shows first, and stays where it is
 * @property {Zoom} zoom how much of a node can be read
 * @property {import("./guides.js").Line[]} guides what dragged nodes snap to
 * @property {import("./drag_nodes.js").Place[]} ghosts copies that are dragged
 * @property {string} busy
 * @property {import("../api/prices.js").Price|null} price of the whole draft, by its nodes
 * @property {import("./run_control.js").RunView|null} run
 * @property {Record<string, import("./run_control.js").NodeView>} runNodes
 * @property {Record<string, Record<string, number>>} pinCounts how many values each pin of a node has given in the run
 */

export {};
