/** What mends a refusal, where that is a press away. */

import { ApiError } from "./api.js";
import { t } from "./messages.js";
import { go, paths } from "./router.js";

/** @param {unknown} error @returns {{label: string, run: () => void}|null} */
export function repairOf(error) {
  const detail = error instanceof ApiError ? error.detail : null;
  if (detail?.type !== "budget_exceeded") return null;
  return { label: t("Raise budget"), run: () => go(paths.budget(detail.graph_id)) };
}
