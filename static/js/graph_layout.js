/** Places the nodes of a graph in columns, from left to right along its links. Pure: no elements, no sizes. */

/** @typedef {import("./types.js").Link} Link */
/** @typedef {{column: number, row: number}} Cell `row` is centred in its column, so it may be a half. */
/** @typedef {{cells: Map<string, Cell>, columns: number, rows: number}} Layout */

const SWEEPS = 6;

/**
 * @param {string[]} nodeIds @param {Link[]} links
 * @returns {Layout}
 */
export function layOut(nodeIds, links) {
  const graph = readGraph(nodeIds, links);
  const column = assignColumns(graph);
  const columns = groupByColumn(nodeIds, column);
  orderRows(columns, graph);
  const rows = Math.max(0, ...columns.map((ids) => ids.length));
  /** @type {Map<string, Cell>} */
  const cells = new Map();
  columns.forEach((ids, c) => ids.forEach((id, r) => cells.set(id, { column: c, row: r + (rows - ids.length) / 2 })));
  return { cells, columns: columns.length, rows };
}

/** @typedef {{ids: string[], out: Map<string, string[]>, into: Map<string, string[]>}} Neighbours */

/**
 * The links without the ones that close a cycle, and each pair once.
 * @param {string[]} ids @param {Link[]} links @returns {Neighbours}
 */
function readGraph(ids, links) {
  const known = new Set(ids);
  const all = new Map(ids.map((id) => [id, new Set()]));
  for (const { source_id, sink_id } of links) {
    if (known.has(source_id) && known.has(sink_id) && source_id !== sink_id) all.get(source_id)?.add(sink_id);
  }
  const out = new Map(ids.map((id) => [id, /** @type {string[]} */ ([])]));
  const into = new Map(ids.map((id) => [id, /** @type {string[]} */ ([])]));
  walkForward(ids, all, (source, sink) => {
    out.get(source)?.push(sink);
    into.get(sink)?.push(source);
  });
  return { ids, out, into };
}

/**
 * Depth first, with a stack of its own (a chain of 10,000 nodes would overflow the call stack): calls `keep` for
 * every link that does not lead back to a node on the path.
 * @param {string[]} ids @param {Map<string, Set<string>>} all @param {(source: string, sink: string) => void} keep
 */
function walkForward(ids, all, keep) {
  /** @type {Map<string, "open"|"done">} */
  const state = new Map();
  const entered = new Set([...all.values()].flatMap((sinks) => [...sinks]));
  const starts = [...ids.filter((id) => !entered.has(id)), ...ids];
  for (const start of starts) {
    if (state.has(start)) continue;
    state.set(start, "open");
    const stack = [{ id: start, rest: [...(all.get(start) ?? [])] }];
    while (stack.length) {
      const top = stack[stack.length - 1];
      const sink = top.rest.shift();
      if (sink === undefined) {
        state.set(top.id, "done");
        stack.pop();
      } else if (state.get(sink) !== "open") {
        keep(top.id, sink);
        if (!state.has(sink)) {
          state.set(sink, "open");
          stack.push({ id: sink, rest: [...(all.get(sink) ?? [])] });
        }
      }
    }
  }
}

/** Longest path from the left; nodes that only start something move next to what they start. @param {Neighbours} graph */
function assignColumns({ ids, out, into }) {
  /** @type {Map<string, number>} */
  const column = new Map(ids.map((id) => [id, 0]));
  const missing = new Map(ids.map((id) => [id, into.get(id)?.length ?? 0]));
  const ready = ids.filter((id) => !missing.get(id));
  for (let i = 0; i < ready.length; i += 1) {
    const id = ready[i];
    for (const sink of out.get(id) ?? []) {
      column.set(sink, Math.max(column.get(sink) ?? 0, (column.get(id) ?? 0) + 1));
      missing.set(sink, (missing.get(sink) ?? 0) - 1);
      if (missing.get(sink) === 0) ready.push(sink);
    }
  }
  for (const id of ids) {
    const sinks = out.get(id) ?? [];
    if (!into.get(id)?.length && sinks.length) column.set(id, Math.min(...sinks.map((sink) => column.get(sink) ?? 0)) - 1);
  }
  return column;
}

/** @param {string[]} ids @param {Map<string, number>} column @returns {string[][]} */
function groupByColumn(ids, column) {
  /** @type {string[][]} */
  const columns = [];
  for (const id of ids) (columns[column.get(id) ?? 0] ??= []).push(id);
  return columns.filter(Boolean);
}

/**
 * Sorts each column by where its neighbours stand, to and fro, so that fewer links cross.
 * @param {string[][]} columns @param {Neighbours} graph
 */
function orderRows(columns, { out, into }) {
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const place = new Map(columns.flatMap((ids) => ids.map((id, i) => [id, (i + 0.5) / ids.length])));
    const neighbours = sweep % 2 ? out : into;
    const order = sweep % 2 ? [...columns].reverse() : columns;
    for (const ids of order) {
      const weight = new Map(ids.map((id) => [id, mean(neighbours.get(id), place) ?? place.get(id) ?? 0]));
      ids.sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0));
      ids.forEach((id, i) => place.set(id, (i + 0.5) / ids.length));
    }
  }
}

/** @param {string[]|undefined} ids @param {Map<string, number>} place @returns {number|null} */
function mean(ids, place) {
  if (!ids?.length) return null;
  return ids.reduce((sum, id) => sum + (place.get(id) ?? 0), 0) / ids.length;
}
