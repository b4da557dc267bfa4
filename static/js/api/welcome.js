/** The first start: how far somebody is, and whether a model answers on this computer. */

import { request } from "../api.js";

/** @typedef {{is_running: boolean, address: string, message: string|null, models: {name: string, size_bytes: number}[], default_model: string}} Ollama */

const SEEN = "welcomed";

/** @returns {Promise<boolean>} whether nobody has run anything here, nor seen the first page */
export async function isFirstStart() {
  if (localStorage.getItem(SEEN)) return false;
  const { completedSteps, agentRuns } = await request("GET", "/api/onboarding");
  const isFirst = !agentRuns && !completedSteps.includes("WELCOME");
  if (!isFirst) localStorage.setItem(SEEN, "yes");
  return isFirst;
}

/** The first page does not come up again by itself. */
export async function noteWelcomed() {
  localStorage.setItem(SEEN, "yes");
  await request("PATCH", "/api/onboarding", { completedSteps: ["WELCOME"] });
}

/** @returns {Promise<Ollama>} */
export const findOllama = () => request("GET", "/api/llm/ollama");
