/** The pages of the UI: where each one is and who draws it, a row each. A page's module is loaded when it is first opened. */

import { t } from "./messages.js";

/**
 * A page: loads what it needs, then fills `main`. `signal` is aborted when the page is left.
 * @typedef {(main: HTMLElement, place: import("./router.js").Place, signal: AbortSignal) => Promise<void>|void} View
 */

/** @typedef {{name: string, pattern: RegExp, keys: string[], load: () => Promise<View>, isBare?: boolean}} Page `keys` name the pattern's groups; `isBare`: it can do without the shared styles (styles.js) */

/** @type {Page[]} */
export const PAGES = [
  { name: "library", pattern: /^\/(?:library)?$/, keys: [], load: async () => (await import("./views/library.js")).showLibrary },
  { name: "welcome", pattern: /^\/welcome$/, keys: [], load: async () => (await import("./views/welcome.js")).showWelcome },
  { name: "blocks", pattern: /^\/library\/blocks$/, keys: [], load: async () => (await import("./views/blocks.js")).showBlocks },
  {
    name: "agent",
    pattern: /^\/library\/agents\/([^/]+)$/,
    keys: ["graphId"],
    load: async () => (await import("./views/agent.js")).showAgent,
  },
  {
    name: "build",
    pattern: /^\/build(?:\/([^/]+))?$/,
    keys: ["graphId"],
    load: async () => (await import("./views/build.js")).showBuild,
    isBare: true,
  },
  { name: "runs", pattern: /^\/runs$/, keys: [], load: async () => (await import("./views/runs.js")).showRuns },
  {
    name: "compare",
    pattern: /^\/runs\/compare$/,
    keys: [],
    load: async () => (await import("./views/compare.js")).showComparison,
  },
  {
    name: "schedules",
    pattern: /^\/schedules$/,
    keys: [],
    load: async () => (await import("./views/schedules.js")).showSchedules,
  },
  {
    name: "settings",
    pattern: /^\/settings$/,
    keys: [],
    load: async () => (await import("./views/settings.js")).showSettings,
  },
  {
    name: "system",
    pattern: /^\/system$/,
    keys: [],
    load: async () => (await import("./views/system.js")).showSystem,
  },
  {
    name: "triggers",
    pattern: /^\/triggers$/,
    keys: [],
    load: async () => (await import("./views/triggers.js")).showTriggers,
  },
  {
    name: "credentials",
    pattern: /^\/credentials$/,
    keys: [],
    load: async () => (await import("./views/credentials.js")).showCredentials,
  },
  {
    name: "costs",
    pattern: /^\/costs$/,
    keys: [],
    load: async () => (await import("./views/costs.js")).showCosts,
  },
  {
    name: "run",
    pattern: /^\/runs\/([^/]+)\/([^/]+)$/,
    keys: ["graphId", "runId"],
    load: async () => (await import("./views/run.js")).showRun,
  },
];

/** @typedef {{label: string, icon: string, href: string, pages: string[], isAtFoot?: boolean}} RailPlace */

/** What the rail leads to, in its order, with the pages that belong to each; a phone's bar has the first four and "More". @type {RailPlace[]} */
export const PLACES = [
  { label: t("Library"), icon: "library", href: "/", pages: ["library", "agent", "build"] },
  { label: t("Runs"), icon: "runs", href: "/runs", pages: ["runs", "run", "compare"] },
  { label: t("Schedules"), icon: "schedules", href: "/schedules", pages: ["schedules"] },
  { label: t("Triggers"), icon: "triggers", href: "/triggers", pages: ["triggers"] },
  { label: t("Credentials"), icon: "key", href: "/credentials", pages: ["credentials"] },
  { label: t("Costs"), icon: "costs", href: "/costs", pages: ["costs"] },
  { label: t("Blocks"), icon: "blocks", href: "/library/blocks", pages: ["blocks"] },
  { label: t("System"), icon: "system", href: "/system", pages: ["system"], isAtFoot: true },
  { label: t("Settings"), icon: "settings", href: "/settings", pages: ["settings"], isAtFoot: true },
];
