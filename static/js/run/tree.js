/** What is known of the runs below a run: its sub-agents, theirs, and what they cost. No elements in here. */

/** @typedef {import("../api/runs.js").TreeRun} TreeRun */

export class RunTree {
  /** @param {string} runId of the run that the page shows; runs beside or above it do not count */
  constructor(runId) {
    this.runId = runId;
    /** @type {Map<string, TreeRun>} those below the run, by id */
    this.runs = new Map();
    /** @type {Map<string, TreeRun[]>} by id of the run that started them, in the order of starting */
    this.children = new Map();
    /** @type {number|null} what the run may cost with all below it, in credits, where that was set */
    this.mostCredits = null;
  }

  /** Takes what the REST API says. @param {import("../api/runs.js").Tree} tree */
  load(tree) {
    this.runs = new Map();
    this.children = new Map();
    // A limit holds for a whole tree: one that hangs in another one has none of its own.
    this.mostCredits = tree.root_id === this.runId ? tree.max_credits : null;
    // The server lists a parent before its children.
    for (const run of tree.runs) {
      const parentId = run.parent_id ?? "";
      if (parentId !== this.runId && !this.runs.has(parentId)) continue;
      this.runs.set(run.id, run);
      const known = this.children.get(parentId);
      if (known) known.push(run);
      else this.children.set(parentId, [run]);
    }
  }

  /**
   * Takes the events of other runs of the tree.
   * @param {import("../live.js").Delta[]} deltas
   * @returns {boolean} false where one is of a run below ours that is not known yet: then the tree has to be loaded anew
   */
  applyEvents(deltas) {
    let isKnown = true;
    for (const delta of deltas) {
      const run = this.runs.get(delta.graph_exec_id);
      if (!run) isKnown = isKnown && !this.#isBelow(delta.parent_id);
      else if (delta.event_type === "graph_execution_update") applyRun(run, delta);
    }
    return isKnown;
  }

  /** @param {string|null} parentId */
  #isBelow(parentId) {
    return parentId !== null && (parentId === this.runId || this.runs.has(parentId));
  }

  /** @param {string} parentId @param {string} nodeId @returns {TreeRun[]} the runs that a node of a run has started */
  startedBy(parentId, nodeId) {
    return (this.children.get(parentId) ?? []).filter((run) => run.node_id === nodeId);
  }

  /** @param {string} runId @returns {number} credits of all that a run has started, its own not counted */
  costBelow(runId) {
    return (this.children.get(runId) ?? []).reduce((sum, run) => sum + run.cost + this.costBelow(run.id), 0);
  }
}

/** @param {TreeRun} run @param {import("../live.js").Delta} delta */
function applyRun(run, delta) {
  run.status = delta.status;
  run.started_at = delta.started_at ?? run.started_at;
  run.ended_at = delta.ended_at ?? run.ended_at;
  run.cost = delta.stats?.cost ?? run.cost;
}
