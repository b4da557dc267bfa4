/** What can be done with an agent from its card. */

import { exportGraph } from "../api.js";
import { copyAgent, moveAgents } from "../api/library.js";
import { fileName } from "../format.js";
import { openMenu } from "../menu.js";
import { t } from "../messages.js";
import { go, paths } from "../router.js";
import { toast, toastError } from "../toast.js";
import { saveFile } from "../save_file.js";
import { askFolder, flatten, moveTo } from "./folders.js";
import { bringBack, deleteAgent, putAway } from "./put_away.js";

/** @typedef {import("../api/library.js").LibraryAgent} LibraryAgent */

/**
 * @param {LibraryAgent} agent @param {HTMLElement} anchor @param {import("../api/library.js").Folder[]} folders
 * @param {() => void} onChange
 */
export function openAgentMenu(agent, anchor, folders, onChange) {
  const move = () =>
    askFolder(
      t("Move “{name}”", { name: agent.name }),
      flatten(folders),
      agent.folder_id,
      (folder) => void moveTo([agent.id], folder, onChange),
    );
  const archive = agent.is_archived
    ? { label: t("Restore from the archive"), icon: "archive", run: () => void bringBack(agent, onChange) }
    : { label: t("Archive"), icon: "archive", run: () => void putAway(agent, onChange) };
  openMenu(anchor, t("More about {name}", { name: agent.name }), [
    { label: t("Edit"), icon: "blocks", run: () => go(paths.build(agent.graph_id)) },
    { label: t("Runs"), icon: "runs", run: () => go(paths.agentTab(agent.graph_id, "runs")) },
    { label: t("Settings"), icon: "settings", run: () => go(paths.agentTab(agent.graph_id, "settings")) },
    { label: t("Move"), icon: "folder", run: move },
    { label: t("Duplicate"), icon: "copy", run: () => void duplicate(agent, onChange) },
    { label: t("Export"), icon: "download", run: () => void saveAgent(agent.graph_id, agent.name) },
    archive,
    { label: t("Delete"), icon: "trash", isLoss: true, run: () => void deleteAgent(agent, onChange) },
  ]);
}

/** @param {LibraryAgent} agent @param {() => void} onChange */
async function duplicate(agent, onChange) {
  try {
    const made = await copyAgent(agent.id);
    if (agent.folder_id) await moveAgents([made.id], agent.folder_id);
    toast(t("“{name}” is in the library.", { name: made.name }), {
      action: { label: t("Edit"), run: () => go(paths.build(made.graph_id)) },
    });
    onChange();
  } catch (error) {
    toastError(error, t("It was not duplicated"));
  }
}

/** @param {string} graphId @param {string} name */
export async function saveAgent(graphId, name) {
  try {
    saveFile(fileName(name, "json"), JSON.stringify(await exportGraph(graphId), null, 2));
  } catch (error) {
    toastError(error, t("The agent was not exported"));
  }
}
