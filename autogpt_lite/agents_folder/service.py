"""Keeps the agents folder and the library the same: what changed on disk becomes a version, what changed here is written."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..clock import iso, now_us
from ..config import AgentsConfig
from ..db import Database
from ..errors import AutoGPTLiteError, DatabaseError
from ..graphs.service import GraphService
from . import disk, store
from .disk import Stamp
from .types import AgentsFolderState, DiskFile, FileProblem, FolderRow

if TYPE_CHECKING:
    from .merge import AgentFiles

log = logging.getLogger(__name__)

Files = dict[str, DiskFile]

_MISSING = "The file is gone. The agent stays as it is; remove it in the library, or bring the file back."


class AgentsFolder:
    """`sync()` is the whole of its work, once; `start()` begins to do it every `agents.poll_s`. Does nothing where no path is set.

    What is decided: a file that goes leaves its agent alone (a branch that is checked out must not end schedules for good); an
    agent that leaves the library takes its file along, unless that has changed; where both sides have changed the library's stays,
    and the file's text is kept beside it under a name with `.conflict-`.
    """

    def __init__(self, db: Database, graphs: GraphService, config: AgentsConfig, user_id: str):
        self.path = Path(config.path).expanduser().absolute() if config.path else None
        self._db = db
        self._poll_s = config.poll_s
        self._graphs = graphs
        self._user_id = user_id
        self._lock = asyncio.Lock()
        self._stamps: dict[str, Stamp] = {}
        self._refused: dict[str, tuple[str, str]] = {}
        self._last_agents: store.Agents = {}
        self._known: dict[str, tuple[Stamp, DiskFile]] = {}
        self._problems: dict[str, str] = {}
        self._told: dict[str, str] = {}
        self._copies: dict[str, list[DiskFile]] = {}
        self._n_in_step = 0
        self._looked_at: int | None = None
        self._task: asyncio.Task | None = None

    # --- when ------------------------------------------------------------------------------------------

    def start(self) -> None:
        if self.path is not None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        is_first = True
        while True:
            try:
                # The first look takes what is there; later a file has to lie still from one look to the next, so that one which is
                # being written is not read.
                await self.sync(only_settled=not is_first)
            except DatabaseError as error:
                log.warning("the agents folder has to wait: %s", error.message)
            except Exception:
                log.exception("the agents folder could not be looked at")
            is_first = False
            await asyncio.sleep(self._poll_s)

    def has_files(self) -> bool:
        """Whether there are agents in the folder already."""
        try:
            return self.path is not None and bool(disk.look(self.path))
        except OSError:  # not there yet; anything worse the first look tells
            return False

    def state(self) -> AgentsFolderState:
        """How the folder is, as of the last look."""
        problems = [FileProblem(file=name, message=message) for name, message in sorted(self._problems.items())]
        path = None if self.path is None else str(self.path)
        return AgentsFolderState(path=path, agents=self._n_in_step, problems=problems, looked_at=iso(self._looked_at))

    @cached_property
    def _files(self) -> AgentFiles:
        from .merge import AgentFiles  # few servers have a folder

        return AgentFiles(self._db, self._graphs, self._user_id, self.path or Path())

    # --- one look --------------------------------------------------------------------------------------

    async def sync(self, *, only_settled: bool = False) -> AgentsFolderState:
        """Makes folder and library the same; answers what could not be. Raises DatabaseError."""
        if self.path is None:
            return self.state()
        async with self._lock:
            self._told, self._problems = self._problems, {}
            try:
                await self._sync(self.path, only_settled)
            except OSError as error:
                self._problems = {"": f"The folder {self.path} cannot be used: {error}."}
            for name, message in self._problems.items():
                if self._told.get(name) != message:
                    log.warning("agents folder, %s: %s", name or "all of it", message)
            self._looked_at = now_us()
        return self.state()

    async def _sync(self, path: Path, only_settled: bool) -> None:
        if self._looked_at is None:
            await asyncio.to_thread(path.mkdir, parents=True, exist_ok=True)
        if not only_settled:
            self._refused = {}
        before = self._stamps
        files, unsettled = await self._look(path, only_settled)
        agents = await store.list_agents(self._db, self._user_id)
        if only_settled and self._stamps == before and agents == self._last_agents and not self._told:
            return
        self._files.take(agents=agents, rows=await store.list_rows(self._db, self._user_id, str(path)))
        by_id = self._by_id(files)
        await self._settle_known(files, by_id, unsettled)
        await self._take_up_new(files, by_id)
        if not unsettled:
            for graph_id in self._files.without_file():
                await self._attempt(graph_id, None, self._files.write_new(graph_id))
        rows = self._files.rows.values()
        self._n_in_step = sum(bool(row.digest) and row.file_name not in self._problems for row in rows)
        self._last_agents = {} if unsettled else agents

    async def _settle_known(self, files: Files, by_id: Files, unsettled: set[str]) -> None:
        for row in list(self._files.rows.values()):
            if row.file_name in unsettled or (unsettled and row.file_id not in by_id):
                continue
            file = by_id.pop(row.file_id, None) or _that_lost_its_id(row, files.get(row.file_name))
            agent = self._files.agents.get(row.graph_id)
            if file is None or agent is None or _is_changed(row, file) or _is_changed_here(row, agent):
                await self._attempt(row.file_name, file, self._settle(row, file))
            elif file.name != row.file_name:
                await self._files.note_name(row, file)

    async def _take_up_new(self, files: Files, by_id: Files) -> None:
        names = {row.file_name for row in self._files.rows.values() if row.digest}
        fresh = [file for file in by_id.values() if file.name not in names]
        fresh += [file for file in files.values() if file.file_id is None and file.problem is None and file.name not in names]
        # Agents that hold others come first: these are found again in their own files.
        for file in sorted(fresh, key=lambda file: (-file.n_sub_graphs, file.name)):
            await self._attempt(file.name, file, self._files.adopt(file))

    async def _look(self, path: Path, only_settled: bool) -> tuple[dict[str, DiskFile], set[str]]:
        """The files, and the names of those that are being written at the moment."""
        stamps = await asyncio.to_thread(disk.look, path)
        unsettled = {name for name, stamp in stamps.items() if only_settled and self._stamps.get(name) != stamp}
        self._stamps = stamps
        found: dict[str, DiskFile] = {}
        for name, stamp in stamps.items():
            known = self._known.get(name)
            if known is None or known[0] != stamp:
                if name in unsettled:
                    continue
                known = self._known[name] = (stamp, await asyncio.to_thread(disk.examine, path, name))
            found[name] = known[1]
        self._known = {name: known for name, known in self._known.items() if name in stamps}
        return found, unsettled

    def _by_id(self, files: dict[str, DiskFile]) -> dict[str, DiskFile]:
        """{id in the file: the file}. Of several with one id it is the one that was it before, else the first; the others are
        copies."""
        self._copies = {}
        ours = {row.file_id: row.file_name for row in self._files.rows.values()}
        found: dict[str, DiskFile] = {}
        for file in sorted(files.values(), key=lambda file: (ours.get(file.file_id or "") != file.name, file.name)):
            if file.problem is not None:
                self._problems[file.name] = file.problem
            elif file.file_id is not None and (first := found.setdefault(file.file_id, file)) is not file:
                self._copies.setdefault(file.file_id, []).append(file)
                self._problems[file.name] = f"It has the id of {first.name}. Remove the line `id` to make it an agent of its own."
        return found

    async def _attempt(self, name: str, file: DiskFile | None, work: Coroutine[Any, Any, str | None]) -> None:
        if file is not None and self._refused.get(name, ("",))[0] == file.digest:
            work.close()  # it was looked at before, and is what it was
            self._problems[name] = self._refused[name][1]
            return
        try:
            problem = await work
        except DatabaseError:
            raise
        except (AutoGPTLiteError, OSError) as error:
            problem = error.message if isinstance(error, AutoGPTLiteError) else str(error)
            if file is not None:
                self._refused[name] = (file.digest, problem)
        if problem:
            self._problems[name] = problem

    async def _settle(self, row: FolderRow, file: DiskFile | None) -> str | None:
        """One agent that has, or had, a file; a sentence where something has to be told."""
        agent = self._files.agents.get(row.graph_id)
        if agent is None:
            if file is not None and not row.digest:
                return await self._files.come_back(row, file)
            await self._files.let_go(row, file)
            for copy in self._copies.get(row.file_id, ()):
                # The next look would take it for the agent's file that has come back.
                await self._files.keep_aside(copy)
                del self._problems[copy.name]
            return None
        is_changed_here = _is_changed_here(row, agent)
        if file is None:
            return await self._files.write_back(row) if is_changed_here else _MISSING
        if is_changed_here and _is_changed(row, file):
            return await self._files.keep_both(row, file)
        if is_changed_here:
            return await self._files.write_back(row, file)
        return file.problem or await self._files.read_in(row, file)


def _is_changed(row: FolderRow, file: DiskFile) -> bool:
    return row.is_elsewhere or file.digest != row.digest


def _is_changed_here(row: FolderRow, agent: tuple[int, str]) -> bool:
    return row.is_elsewhere or not row.digest or agent[0] != row.graph_version


def _that_lost_its_id(row: FolderRow, file: DiskFile | None) -> DiskFile | None:
    """The file under an agent's name, where it says of no other agent that it is that: broken, or without an id."""
    return file if file is not None and file.file_id is None and row.digest else None
