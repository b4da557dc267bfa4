"""What a user does with the agents of the library: find, change, archive, remove, restore, copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Literal

import msgspec

from ..clock import iso, now_us
from ..db import Database, Tx
from ..engine import states
from ..engine.limits import AgentLimits, check_limits
from ..errors import InvalidInputError, NotFoundError
from ..executions.service import ExecutionService
from ..graphs.service import GraphService
from ..graphs.types import GraphFacts
from ..library.service import LibraryService
from ..library_folders.service import FolderService
from ..net.hosts import check_hosts
from . import store
from .store import AgentRow, FindGraphs, FindNextRuns
from .types import (
    Activity,
    AddAgent,
    AgentCounts,
    GraphSettings,
    LibraryAgent,
    LibraryAgents,
    ListAgents,
    Pagination,
    RecentExecution,
    Status,
    UpdateAgent,
    UpdateSettings,
)

N_RECENT = 5
NEW_OUTPUT_US = 7 * 86_400 * 1_000_000

Running = Literal["stop", "finish"]


class LibraryAgentService:
    """All methods see only the agents of `user_id`; those of others do not exist for them (NotFoundError).

    `scheduled` and `listening` are functions that know when which graphs run next, and which have a trigger that is on; whoever
    stores these adds one.
    """

    def __init__(
        self, db: Database, library: LibraryService, graphs: GraphService, executions: ExecutionService, folders: FolderService
    ):
        self._db = db
        self._library = library
        self._graphs = graphs
        self._executions = executions
        self._folders = folders
        self.scheduled: list[FindNextRuns] = []
        self.listening: list[FindGraphs] = []

    # --- showing ---------------------------------------------------------------------------------------

    async def list_agents(self, user_id: str, query: ListAgents) -> LibraryAgents:
        """A page of the agents that the query asks for."""
        first = (query.page - 1) * query.page_size

        def read(connection) -> tuple[int, list[AgentRow]]:
            entries = store.find_entries(connection, user_id, query)
            if query.state is not None:
                rows = store.read_states(connection, user_id, self.scheduled, self.listening)
                wanted = {row.id for row in rows if query.state in row.states}
                entries = [entry for entry in entries if entry.id in wanted]
            shown = [entry.id for entry in entries[first : first + query.page_size]]
            return len(entries), store.read_agents(connection, user_id, shown, self.scheduled, self.listening)

        total, rows = await self._db.read(read)
        pagination = Pagination(
            total_items=total,
            total_pages=-(-total // query.page_size),
            current_page=query.page,
            page_size=query.page_size,
        )
        return LibraryAgents(agents=[self._agent(user_id, row) for row in rows], pagination=pagination)

    async def count_agents(self, user_id: str) -> AgentCounts:
        """How many agents there are, and how many of each state."""

        def read(connection) -> AgentCounts:
            rows = store.read_states(connection, user_id, self.scheduled, self.listening)
            (archived,) = connection.execute(store.sql.count_archived, (user_id,)).fetchone()
            states = Counter(state for row in rows for state in row.states)
            return AgentCounts(
                all=len(rows),
                needs_you=states["needs_you"],
                running=states["running"],
                scheduled=states["scheduled"],
                listening=states["listening"],
                healthy=states["healthy"],
                idle=states["idle"],
                favorites=sum(row.is_favorite for row in rows),
                archived=archived,
            )

        return await self._db.read(read)

    async def get_agent(self, user_id: str, agent_id: str) -> LibraryAgent:
        """An agent, removed ones included (they can be restored). Raises NotFoundError."""
        found = await self._read(user_id, [agent_id])
        if not found:
            raise _no_such_agent(agent_id)
        return found[0]

    async def get_agent_of_graph(self, user_id: str, graph_id: str, version: int | None = None) -> LibraryAgent:
        """The agent of a graph; with a version only if the library holds that one. Raises NotFoundError."""
        row = self._db.point(store.sql.select_agent_of_graph, {"user_id": user_id, "graph_id": graph_id})
        if row is None or version not in (None, row[1]):
            raise NotFoundError(f"The library has no agent of the graph {graph_id[:80]!r}.")
        return await self.get_agent(user_id, row[0])

    async def _read(self, user_id: str, ids: Collection[str]) -> list[LibraryAgent]:
        rows = await self._db.read(lambda c: store.read_agents(c, user_id, ids, self.scheduled, self.listening))
        return [self._agent(user_id, row) for row in rows]

    def _agent(self, user_id: str, row: AgentRow) -> LibraryAgent:
        try:
            facts = self._graphs.facts(user_id, row.graph_id, row.graph_version)
            can_access = True
        except NotFoundError:
            facts, can_access = _UNKNOWN, False
        activity = _activity(row)
        statuses = msgspec.json.decode(row.recent_statuses, type=list[str])
        return LibraryAgent(
            id=row.id,
            graph_id=row.graph_id,
            graph_version=row.graph_version,
            image_url=None,
            creator_name=row.creator_name or "",
            creator_image_url="",
            status=_status(row, activity),
            activity=activity,
            created_at=iso(row.created_at) or "",
            updated_at=iso(row.updated_at) or "",
            last_run_at=iso(row.last_run_at),
            name=facts.name,
            description=facts.description,
            instructions=facts.instructions,
            input_schema=facts.input_schema,
            output_schema=facts.output_schema,
            credentials_input_schema=facts.credentials_input_schema,
            has_external_trigger=facts.has_external_trigger,
            has_human_in_the_loop=facts.has_human_in_the_loop,
            has_sensitive_action=facts.has_sensitive_action,
            trigger_setup_info=facts.trigger_setup_info,
            recommended_schedule_cron=facts.recommended_schedule_cron,
            new_output=row.last_completed_at is not None and row.last_completed_at > now_us() - NEW_OUTPUT_US,
            execution_count=row.n_runs,
            success_rate=_success_rate(statuses),
            recent_executions=[RecentExecution(status=status) for status in statuses[:N_RECENT]],
            can_access_graph=can_access,
            is_latest_version=row.highest_version == row.graph_version,
            is_favorite=bool(row.is_favorite),
            is_archived=bool(row.is_archived),
            is_deleted=bool(row.is_deleted),
            is_paused=bool(row.is_paused),
            is_scheduled=_is_scheduled(row),
            next_scheduled_run=iso(row.next_due_at) if _is_scheduled(row) else None,
            folder_id=row.folder_id,
            folder_name=row.folder_name,
            settings=GraphSettings(
                human_in_the_loop_safe_mode=bool(row.human_in_the_loop_safe_mode),
                sensitive_action_safe_mode=bool(row.sensitive_action_safe_mode),
            ),
            limits=None if row.limits is None else msgspec.json.decode(row.limits, type=AgentLimits),
            allowed_hosts=None if row.allowed_hosts is None else msgspec.json.decode(row.allowed_hosts, type=list[str]),
        )

    # --- coming and going --------------------------------------------------------------------------------

    async def add_agent(self, user_id: str, wanted: AddAgent) -> LibraryAgent:
        """Brings one of the user's own graphs back into the library, in a version or the active one. Raises NotFoundError."""
        if wanted.store_listing_version_id is not None:
            raise NotFoundError(f"There is no listing {wanted.store_listing_version_id[:80]!r}.")
        if wanted.graph_id is None:
            raise InvalidInputError("Nothing says which agent to add.", hint="Give a `graph_id`.")
        graph = self._graphs.get_graph(user_id, wanted.graph_id, wanted.graph_version)
        await self._db.write(lambda tx: self._library.put_graph_tx(tx, user_id, graph.id, graph.version))
        return await self.get_agent_of_graph(user_id, graph.id)

    async def fork_agent(self, user_id: str, agent_id: str) -> LibraryAgent:
        """A copy of the agent under new ids, as an agent of one's own. Raises NotFoundError."""
        graph_id, version = self._present(user_id, agent_id)
        fork = await self._graphs.fork_graph(user_id, graph_id, version)
        return await self.get_agent_of_graph(user_id, fork.id)

    async def remove_agent(self, user_id: str, agent_id: str, *, running: Running = "stop") -> None:
        """Removes the agent with everything that would start it; its queued runs end in the same write. Raises NotFoundError,
        also where it is removed already."""
        graph_id, _ = self._present(user_id, agent_id)
        if not await self._db.write(lambda tx: self._library.remove_entry_tx(tx, user_id, graph_id)):
            raise _no_such_agent(agent_id)
        await self._executions.stop_after_leaving(user_id, graph_id, stop_running=running == "stop")

    async def restore_agent(self, user_id: str, agent_id: str) -> LibraryAgent:
        """Brings a removed agent back; one that is there stays as it is. What would start it does not come back.
        Raises NotFoundError."""
        graph_id, _, _ = self._row(user_id, agent_id)
        await self._db.write(lambda tx: self._library.restore_entry_tx(tx, user_id, graph_id))
        return await self.get_agent(user_id, agent_id)

    # --- changing ----------------------------------------------------------------------------------------

    async def update_agent(self, user_id: str, agent_id: str, wanted: UpdateAgent, *, running: Running = "stop") -> LibraryAgent:
        """Changes what `wanted` names. Raises NotFoundError, for an unknown folder or version as well, and InvalidInputError for
        limits outside of their ranges."""
        graph_id, version = self._present(user_id, agent_id)
        if wanted.folder_id:
            self._folders.check(user_id, wanted.folder_id)
        if wanted.limits:
            check_limits(wanted.limits)
        if wanted.allowed_hosts:
            wanted.allowed_hosts = check_hosts(wanted.allowed_hosts)
        await self._switch_version(user_id, graph_id, version, wanted)
        has_left = await self._db.write(lambda tx: self._update_tx(tx, user_id, agent_id, graph_id, wanted))
        if has_left:
            await self._executions.stop_after_leaving(user_id, graph_id, stop_running=running == "stop")
        return await self.get_agent(user_id, agent_id)

    async def _switch_version(self, user_id: str, graph_id: str, version: int, wanted: UpdateAgent) -> None:
        target = wanted.graph_version
        if target is None and wanted.auto_update_version:
            target = (await self._graphs.list_versions(user_id, graph_id))[0].version
        if target not in (None, version):
            await self._graphs.set_active_version(user_id, graph_id, target)

    def _update_tx(self, tx: Tx, user_id: str, agent_id: str, graph_id: str, wanted: UpdateAgent) -> bool:
        """Whether the agent has just gone into the archive."""
        key = {"id": agent_id, "now": now_us()}
        if wanted.is_favorite is not None:
            tx.execute(store.sql.set_favorite, {**key, "is_favorite": int(wanted.is_favorite)})
        if wanted.folder_id is None or isinstance(wanted.folder_id, str):
            tx.execute(store.sql.set_folder, {**key, "user_id": user_id, "folder_id": wanted.folder_id})
        if wanted.limits is None or isinstance(wanted.limits, AgentLimits):
            self._library.set_limits_tx(tx, user_id, graph_id, wanted.limits)
        if wanted.allowed_hosts is None or isinstance(wanted.allowed_hosts, list):
            self._library.set_allowed_hosts_tx(tx, user_id, graph_id, wanted.allowed_hosts)
        if wanted.is_paused is not None:
            self._library.set_paused_tx(tx, user_id, graph_id, wanted.is_paused)
        if wanted.settings is not None:
            self._update_settings_tx(tx, user_id, graph_id, wanted.settings)
        if wanted.is_archived is None:
            return False
        return self._library.set_archived_tx(tx, user_id, graph_id, wanted.is_archived) and wanted.is_archived

    async def update_settings(self, user_id: str, graph_id: str, wanted: UpdateSettings) -> GraphSettings:
        """Changes the settings of a graph's agent. Raises NotFoundError."""
        if not await self._db.write(lambda tx: self._update_settings_tx(tx, user_id, graph_id, wanted)):
            raise NotFoundError(f"The library has no agent of the graph {graph_id[:80]!r}.")
        modes = self._library.safe_modes(graph_id, user_id)
        return GraphSettings(
            human_in_the_loop_safe_mode=modes.human_in_the_loop, sensitive_action_safe_mode=modes.sensitive_action
        )

    def _update_settings_tx(self, tx: Tx, user_id: str, graph_id: str, wanted: UpdateSettings) -> bool:
        modes = self._library.safe_modes_tx(tx, graph_id, user_id)
        if wanted.human_in_the_loop_safe_mode is not None:
            modes = modes._replace(human_in_the_loop=wanted.human_in_the_loop_safe_mode)
        if wanted.sensitive_action_safe_mode is not None:
            modes = modes._replace(sensitive_action=wanted.sensitive_action_safe_mode)
        return self._library.set_safe_modes_tx(tx, user_id, graph_id, modes)

    async def move_agents(self, user_id: str, agent_ids: Collection[str], folder_id: str | None) -> list[LibraryAgent]:
        """Moves agents into a folder, or to the top, all or none. Raises NotFoundError."""
        if folder_id is not None:
            self._folders.check(user_id, folder_id)

        def move(tx: Tx) -> None:
            for agent_id in agent_ids:
                row = {"id": agent_id, "user_id": user_id, "folder_id": folder_id, "now": now_us()}
                if not tx.execute(store.sql.set_folder, row):
                    raise _no_such_agent(agent_id)

        await self._db.write(move)
        return await self._read(user_id, agent_ids)

    def _row(self, user_id: str, agent_id: str) -> tuple[str, int, int]:
        row = self._db.point(store.sql.select_agent, {"id": agent_id, "user_id": user_id})
        if row is None:
            raise _no_such_agent(agent_id)
        return row

    def _present(self, user_id: str, agent_id: str) -> tuple[str, int]:
        graph_id, version, is_deleted = self._row(user_id, agent_id)
        if is_deleted:
            raise _no_such_agent(agent_id)
        return graph_id, version


_UNKNOWN = GraphFacts(
    name="",
    description="",
    instructions=None,
    recommended_schedule_cron=None,
    owner_id="",
    input_schema={},
    output_schema={},
    credentials_input_schema={},
    has_external_trigger=False,
    has_human_in_the_loop=False,
    has_sensitive_action=False,
    trigger_setup_info=None,
)


def _activity(row: AgentRow) -> Activity:
    if row.is_running:
        return "running"
    if row.last_ended_status == "FAILED":
        return "error"
    if _is_scheduled(row):
        return "scheduled"
    if row.is_listening and not row.is_paused:
        return "listening"
    return "healthy"


def _is_scheduled(row: AgentRow) -> bool:
    return row.next_due_at is not None and not row.is_paused


def _success_rate(statuses: list[str]) -> float | None:
    """In percent, as AutoGPT tells it."""
    ended = [status for status in statuses if status in states.ENDED]
    return round(100 * ended.count(states.COMPLETED) / len(ended), 1) if ended else None


def _status(row: AgentRow, activity: Activity) -> Status:
    if activity == "running":
        return "WAITING"
    if activity == "error":
        return "ERROR"
    return "COMPLETED" if row.last_run_at is None else "HEALTHY"


def _no_such_agent(agent_id: str) -> NotFoundError:
    return NotFoundError(f"There is no agent {agent_id[:80]!r} in the library.")
