/**
 * Static links that skip columns: they take lanes below what lies between, 8 px apart, so that they cross no node and each can be followed
 * with the eye. Pure.
 */

/** @typedef {{id: string, x: number, y: number, width: number, height: number}} Place */
/** @typedef {{down: number, y: number, up: number}} Lane where it goes down, how deep, and where it comes up again */

const APART = 8;
const NEAR = 14;
const BELOW = 18;
const ROUND = 7;
/** A graph that needs more is no picture any more; and each lane is searched for among all nodes. */
const MOST_LANES = 60;

/**
 * @param {{id: string, source: string, target: string}[]} links those that keep their value @param {Place[]} places of all nodes
 * @returns {Map<string, Lane>} by link, for those that would cross a node
 */
export function findLanes(links, places) {
  const byId = new Map(places.map((place) => [place.id, place]));
  /** @type {Map<string, Lane>} */
  const lanes = new Map();
  /** @type {{from: number, to: number, y: number}[]} */
  const taken = [];
  for (const { id, source, target } of links) {
    const [from, to] = [byId.get(source), byId.get(target)];
    if (!from || !to || lanes.size >= MOST_LANES) continue;
    const start = from.x + from.width;
    // Backwards, or from one column to the next: nothing lies between that could be crossed.
    const between = places.filter((one) => one.x + one.width > start + NEAR && one.x < to.x - NEAR && one !== from && one !== to);
    if (to.x - start < 2 * NEAR || !between.some((one) => isOnTheWay(one, from, to))) continue;
    const span = { from: start, to: to.x };
    const order = lanes.size;
    const down = clearColumn(start + NEAR + (order % 6) * APART, 1, places, from);
    const up = clearColumn(to.x - NEAR - (order % 6) * APART, -1, places, to);
    if (up - down < 2 * ROUND) continue;
    let y = Math.max(bottomOf(from), bottomOf(to), ...between.map(bottomOf)) + BELOW;
    while (taken.some((one) => one.from < span.to && one.to > span.from && Math.abs(one.y - y) < APART)) y += APART;
    taken.push({ ...span, y });
    lanes.set(id, { down, y, up });
  }
  return lanes;
}

/** @param {Place} place */
const bottomOf = ({ y, height }) => y + height;

/** Whether a node lies in the band through which a curve between two others goes. @param {Place} one @param {Place} from @param {Place} to */
function isOnTheWay(one, from, to) {
  const top = Math.min(from.y, to.y);
  return bottomOf(one) > top && one.y < Math.max(bottomOf(from), bottomOf(to));
}

/** The nearest upright line beside a node with nothing below it in the way. @param {number} x @param {1|-1} way @param {Place[]} places @param {Place} own */
function clearColumn(x, way, places, own) {
  for (let tries = 0; tries < 40; tries += 1) {
    const hit = places.find((one) => one !== own && one.x - 4 < x && one.x + one.width + 4 > x && bottomOf(one) > own.y);
    if (!hit) return x;
    x = way > 0 ? hit.x + hit.width + NEAR : hit.x - NEAR;
  }
  return x;
}

/**
 * @param {Lane} lane @param {{sourceX: number, sourceY: number, targetX: number, targetY: number}} ends
 * @returns {[string, number, number]|null} the path and its middle; null while an end is dragged past its lane
 */
export function lanePath({ down, y, up }, { sourceX, sourceY, targetX, targetY }) {
  if (down < sourceX || up > targetX || y < sourceY + ROUND || y < targetY + ROUND || up - down < 2 * ROUND) return null;
  const r = ROUND;
  const path =
    `M${sourceX} ${sourceY}H${down - r}q${r} 0 ${r} ${r}V${y - r}q0 ${r} ${r} ${r}` +
    `H${up - r}q${r} 0 ${r} ${-r}V${targetY + r}q0 ${-r} ${r} ${-r}H${targetX}`;
  return [path, (down + up) / 2, y];
}
