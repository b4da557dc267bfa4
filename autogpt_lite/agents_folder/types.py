"""What is known of the files in the agents folder."""

from __future__ import annotations

import msgspec

IdMap = dict[str, str]
"""{id here: id in the file} of graphs and nodes; those that are missing are the same."""


class FolderRow(msgspec.Struct, kw_only=True):
    """An agent and its file as they were when both were the same. `file_id` is the agent's id in the file, `digest` the SHA-256 of
    the file's bytes; "" while the agent is put away and has no file. `is_elsewhere`: that was in another folder."""

    graph_id: str
    file_id: str
    file_name: str
    digest: str
    graph_version: int
    ids: IdMap
    is_elsewhere: bool = False


class DiskFile(msgspec.Struct, kw_only=True):
    """A file as it lies there. `file_id` is None where its agent has no id yet; `problem` says why it is no agent."""

    name: str
    digest: str
    file_id: str | None = None
    n_sub_graphs: int = 0
    problem: str | None = None


class FileProblem(msgspec.Struct, kw_only=True):
    """A file that is not in step with the library, and why."""

    file: str
    message: str


class AgentsFolderState(msgspec.Struct, kw_only=True):
    """The folder; `path` is null where none is set. `agents` counts the files that are in step with the library."""

    path: str | None
    agents: int
    problems: list[FileProblem]
    looked_at: str | None
