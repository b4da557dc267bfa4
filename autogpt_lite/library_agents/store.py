"""Rows of library agents. Functions that take a connection run on a reading thread."""

from __future__ import annotations

from collections.abc import Callable, Collection

import apsw
import msgspec

from ..db import load_sql
from ..engine.states import COMPLETED, FAILED, REVIEW
from .types import ListAgents, State

sql = load_sql(__file__, "store.sql")

FindGraphs = Callable[[apsw.Connection, str, Collection[str]], set[str]]
"""(connection, user_id, graph ids) -> those of them that ... (have a trigger that is on, say). Runs on a reading thread."""
FindNextRuns = Callable[[apsw.Connection, str, Collection[str]], dict[str, int]]
"""(connection, user_id, graph ids) -> {graph id: when it runs next by itself}, for those that do. Runs on a reading thread."""


class Entry(msgspec.Struct):
    """What an agent is found and sorted by."""

    id: str
    graph_id: str
    graph_version: int
    name: str
    description: str
    created_at: int
    updated_at: int
    folder_id: str | None
    is_favorite: int
    is_paused: int
    last_run_key: int | None


class StateRow(msgspec.Struct):
    """What an agent is doing. `waits`: one of its runs waits for a person."""

    id: str
    graph_id: str
    is_paused: int
    is_favorite: int
    last_ended_status: str | None
    is_running: bool = False
    waits: bool = False
    next_due_at: int | None = None
    is_listening: bool = False

    @property
    def states(self) -> frozenset[State]:
        said: dict[State, bool] = {
            "needs_you": self.waits or self.last_ended_status == FAILED,
            "running": self.is_running,
            "scheduled": self.next_due_at is not None and not self.is_paused,
            "listening": self.is_listening and not self.is_paused,
        }
        # Idle is not the opposite of healthy: an agent that ran well once and waits for nobody is both.
        said["idle"] = not any(said.values())
        said["healthy"] = not said["needs_you"] and self.last_ended_status == COMPLETED
        return frozenset(state for state, is_so in said.items() if is_so)


class AgentRow(msgspec.Struct):
    """An agent and the state of its last runs: the status of the last that ended, when the last began, when one completed, how many
    there are, and the statuses of the last 100 (JSON, newest first)."""

    id: str
    graph_id: str
    graph_version: int
    is_favorite: int
    is_archived: int
    is_deleted: int
    is_paused: int
    folder_id: str | None
    created_at: int
    updated_at: int
    folder_name: str | None
    creator_name: str | None
    highest_version: int | None
    last_ended_status: str | None
    last_run_at: int | None
    last_completed_at: int | None
    n_runs: int
    recent_statuses: str
    human_in_the_loop_safe_mode: int
    sensitive_action_safe_mode: int
    limits: bytes | None
    allowed_hosts: bytes | None
    is_running: bool = False
    next_due_at: int | None = None
    is_listening: bool = False


def find_entries(connection: apsw.Connection, user_id: str, query: ListAgents) -> list[Entry]:
    """The agents that the query asks for, in its order, all pages."""
    flags = {"is_deleted": int(query.is_deleted), "is_archived": int(query.is_archived), "user_id": user_id}
    rows = connection.execute(sql.list_entries, {**flags, "with_last_run": int(query.sort_by == "lastRunAt")}).fetchall()
    found = [entry for entry in (Entry(*row) for row in rows) if _is_wanted(entry, query)]
    # The id last, so that equal times do not make a page show an agent twice.
    found.sort(key=lambda entry: entry.id)
    if query.sort_by == "name":
        found.sort(key=lambda entry: entry.name.casefold())
    else:
        found.sort(key=_SORT_KEYS[query.sort_by], reverse=True)
    return found


_SORT_KEYS: dict[str, Callable[[Entry], int]] = {
    "createdAt": lambda entry: entry.created_at,
    "updatedAt": lambda entry: entry.updated_at,
    "lastRunAt": lambda entry: entry.last_run_key or 0,
}


def _is_wanted(entry: Entry, query: ListAgents) -> bool:
    if query.include_root_only and entry.folder_id is not None:
        return False
    if query.folder_id is not None and entry.folder_id != query.folder_id:
        return False
    if query.is_favorite is not None and bool(entry.is_favorite) != query.is_favorite:
        return False
    if query.is_paused is not None and bool(entry.is_paused) != query.is_paused:
        return False
    words = (query.search_term or "").casefold().split()
    text = f"{entry.name}\n{entry.description}".casefold() if words else ""
    return all(word in text for word in words)


def read_states(
    connection: apsw.Connection, user_id: str, scheduled: Collection[FindNextRuns], listening: Collection[FindGraphs]
) -> list[StateRow]:
    """What each agent of a library is doing, archived ones aside."""
    agents = [StateRow(*row) for row in connection.execute(sql.list_states, {"user_id": user_id}).fetchall()]
    graph_ids = {agent.graph_id for agent in agents}
    open_runs = connection.execute(sql.open_graphs, (user_id,)).fetchall()
    running, waiting = {graph_id for graph_id, _ in open_runs}, {graph_id for graph_id, status in open_runs if status == REVIEW}
    next_runs: dict[str, int] = {}
    for find in scheduled:
        next_runs |= find(connection, user_id, graph_ids)
    on_trigger = set().union(*(find(connection, user_id, graph_ids) for find in listening))
    for agent in agents:
        agent.is_running, agent.waits = agent.graph_id in running, agent.graph_id in waiting
        agent.next_due_at = next_runs.get(agent.graph_id)
        agent.is_listening = agent.graph_id in on_trigger
    return agents


def read_agents(
    connection: apsw.Connection,
    user_id: str,
    ids: Collection[str],
    scheduled: Collection[FindNextRuns],
    listening: Collection[FindGraphs],
) -> list[AgentRow]:
    """The agents of these ids that are the user's, in this order."""
    listed = msgspec.json.encode(list(ids)).decode()
    agents = [AgentRow(*row) for row in connection.execute(sql.select_agents, {"ids": listed, "user_id": user_id}).fetchall()]
    graph_ids = {agent.graph_id for agent in agents}
    running = {graph_id for graph_id, _ in connection.execute(sql.open_graphs, (user_id,)).fetchall()}
    next_runs: dict[str, int] = {}
    for find in scheduled:
        next_runs |= find(connection, user_id, graph_ids)
    on_trigger = set().union(*(find(connection, user_id, graph_ids) for find in listening))
    for agent in agents:
        agent.is_running = agent.graph_id in running
        agent.next_due_at = next_runs.get(agent.graph_id)
        agent.is_listening = agent.graph_id in on_trigger
    return agents
