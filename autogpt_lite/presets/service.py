"""Presets: made, changed, run, removed."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from ..clock import iso, now_us
from ..db import Database, Tx, load_sql
from ..errors import ConflictError, InvalidInputError, NotFoundError
from ..executions.service import ExecutionService
from ..executions.types import ExecuteGraph, ExecuteGraphResponse
from ..graphs.service import GraphService
from ..graphs.types import GraphFacts, Misfit
from ..library.service import LibraryService
from .types import (
    CreatePreset,
    Credentials,
    ExecutePreset,
    LibraryAgentPreset,
    LibraryAgentPresets,
    PresetPagination,
    PresetsQuery,
    TriggeredPreset,
    UpdatePreset,
    Webhook,
)

if TYPE_CHECKING:
    import apsw

sql = load_sql(__file__, "store.sql")
_decode_inputs = msgspec.json.Decoder(dict[str, Any]).decode
_decode_credentials = msgspec.json.Decoder(Credentials).decode

SWITCHED_OFF = "The trigger is switched off."

Row = dict[str, Any]
_COLUMNS = (
    *("id", "user_id", "graph_id", "graph_version", "name", "description", "inputs", "credentials", "is_active"),
    *("inactive_reason", "webhook_id", "created_at", "updated_at"),
)


class PresetWebhooks(Protocol):
    """What presets ask of the webhooks that make triggers of them."""

    def show(self, user_id: str, webhook_id: str) -> Webhook | None:
        """The user's webhook for an answer; None if it is gone."""

    def check(self, user_id: str, graph_id: str, graph_version: int, webhook_id: str) -> None:
        """Raises NotFoundError unless it is the user's, InvalidInputError where it does not fit the agent's trigger."""

    async def follow(self, user_id: str, preset: Row) -> str:
        """The id of the webhook for the changed inputs of a preset. Raises as setting a trigger up does."""

    def clear_soon(self) -> None:
        """A webhook may have lost its last preset."""


class PresetService:
    """All methods see only the presets of `user_id`; those of others do not exist for them (NotFoundError).

    `webhooks` is set by the app: whoever keeps the webhooks uses the presets, not the other way round.
    """

    webhooks: PresetWebhooks

    def __init__(self, db: Database, library: LibraryService, graphs: GraphService, executions: ExecutionService):
        self._db = db
        self._library = library
        self._graphs = graphs
        self._executions = executions

    # --- showing ---------------------------------------------------------------------------------------

    def get_preset(self, user_id: str, preset_id: str) -> LibraryAgentPreset:
        """One preset. Raises NotFoundError."""
        return self._preset(self._row(user_id, preset_id))

    async def list_presets(self, user_id: str, query: PresetsQuery) -> LibraryAgentPresets:
        """A page of presets, of all agents or of one."""
        key = {"user_id": user_id, "graph_id": query.graph_id}
        page = {**key, "limit": query.page_size, "offset": (query.page - 1) * query.page_size}
        count, listing = (
            (sql.count_of_user, sql.list_of_user) if query.graph_id is None else (sql.count_of_graph, sql.list_of_graph)
        )

        def read(connection: Any) -> tuple[int, list[tuple]]:
            return connection.execute(count, key).fetchall()[0][0], connection.execute(listing, page).fetchall()

        total, rows = await self._db.read(read)
        pagination = PresetPagination(
            total_items=total,
            total_pages=-(-total // query.page_size),
            current_page=query.page,
            page_size=query.page_size,
        )
        return LibraryAgentPresets(presets=[self._preset(_named(row)) for row in rows], pagination=pagination)

    def _row(self, user_id: str, preset_id: str) -> Row:
        row = self._db.point(sql.select_preset, {"id": preset_id, "user_id": user_id})
        if row is None:
            raise _no_such_preset(preset_id)
        return _named(row)

    def _preset(self, row: Row) -> LibraryAgentPreset:
        inputs, credentials = _decode_inputs(row["inputs"]), _decode_credentials(row["credentials"])
        problems = self._problems(row, inputs, credentials)
        times = {"created_at": iso(row["created_at"]) or "", "updated_at": iso(row["updated_at"]) or ""}
        return LibraryAgentPreset(
            **{**row, **times, "inputs": inputs, "credentials": credentials, "is_active": bool(row["is_active"])},
            webhook=self.webhooks.show(row["user_id"], row["webhook_id"]) if row["webhook_id"] else None,
            is_broken=bool(problems),
            problems=problems,
        )

    def _problems(self, row: Row, inputs: dict[str, Any], credentials: Credentials) -> list[Misfit]:
        user_id, graph_id = row["user_id"], row["graph_id"]
        try:
            if not self._library.is_graph_in_user_library(graph_id, user_id):
                raise NotFoundError()
            version = self._library.version_of(graph_id, user_id)
            current = self._graphs.facts(user_id, graph_id, version)
        except NotFoundError:
            return [Misfit(kind="agent", name="", message="The agent is not in the library.")]
        if version == row["graph_version"]:
            return []
        return self._graphs.find_misfits(self._made_for(row, current), current, inputs, credentials)

    def _made_for(self, row: Row, current: GraphFacts) -> GraphFacts:
        try:
            return self._graphs.facts(row["user_id"], row["graph_id"], row["graph_version"])
        except NotFoundError:
            return current  # an older version of somebody else's graph cannot be looked at any more

    # --- changing --------------------------------------------------------------------------------------

    async def create_preset(self, user_id: str, wanted: CreatePreset) -> LibraryAgentPreset:
        """A new preset, switched on. Raises NotFoundError or GraphNotInLibraryError for its agent, NotFoundError for its run or its
        webhook, InvalidInputError where it names neither agent nor run."""
        if wanted.graph_execution_id is not None:
            wanted = self._from_run(user_id, wanted, wanted.graph_execution_id)
        if wanted.graph_id is None:
            raise InvalidInputError("A preset needs a graph or a run.", hint="Give `graph_id` or `graph_execution_id`.")
        graph = self._graphs.get_runnable_graph(user_id, wanted.graph_id, wanted.graph_version)
        if wanted.webhook_id is not None:
            self.webhooks.check(user_id, graph.id, graph.version, wanted.webhook_id)
        row = {
            "id": str(uuid.uuid4()),
            "user_id": user_id,
            "graph_id": graph.id,
            "graph_version": graph.version,
            "name": wanted.name,
            "description": wanted.description,
            "inputs": msgspec.json.encode(wanted.inputs or {}),
            "credentials": msgspec.json.encode(wanted.credentials or {}),
            "is_active": int(wanted.is_active),
            "webhook_id": wanted.webhook_id,
        }
        await self._db.write(lambda tx: tx.execute(sql.insert_preset, {**row, "now": now_us()}))
        return self.get_preset(user_id, row["id"])

    def _from_run(self, user_id: str, wanted: CreatePreset, graph_exec_id: str) -> CreatePreset:
        run = self._executions.get_meta(user_id, graph_exec_id)
        credentials = _decode_credentials(run.credential_inputs) if run.credential_inputs else {}
        return msgspec.structs.replace(
            wanted,
            graph_id=run.graph_id,
            graph_version=run.graph_version,
            inputs=_decode_inputs(run.inputs),
            credentials=credentials,
        )

    async def update_preset(self, user_id: str, preset_id: str, wanted: UpdatePreset) -> LibraryAgentPreset:
        """Changes what `wanted` names; new inputs are for the active version, and move a trigger to the webhook that they ask for.
        Raises NotFoundError, InvalidInputError for inputs without credentials or the other way round."""
        if (wanted.inputs is None) != (wanted.credentials is None):
            raise InvalidInputError(
                "Inputs and credentials are only changed together.", hint="Send both `inputs` and `credentials`, each may be {}."
            )
        row = self._row(user_id, preset_id)
        given = {name: getattr(wanted, name) for name in ("name", "description", "is_active")}
        row.update({name: value for name, value in given.items() if value is not None})
        if wanted.inputs is not None:
            row["inputs"] = msgspec.json.encode(wanted.inputs)
            row["credentials"] = msgspec.json.encode(wanted.credentials)
            row["graph_version"] = self._library.version_of(row["graph_id"], user_id) or row["graph_version"]
            if row["webhook_id"] is not None:
                row["webhook_id"] = await self.webhooks.follow(user_id, row)
        row["is_active"] = int(row["is_active"])
        if wanted.is_active is not None:
            row["inactive_reason"] = None
        if not await self._db.write(lambda tx: tx.execute(sql.update_preset, {**row, "now": now_us()})):
            raise _no_such_preset(preset_id)
        if row["webhook_id"] is not None:
            self.webhooks.clear_soon()
        return self.get_preset(user_id, preset_id)

    async def delete_preset(self, user_id: str, preset_id: str) -> None:
        """Removes a preset; the runs that it started stay. Raises NotFoundError."""
        row = self._row(user_id, preset_id)
        if not await self._db.write(lambda tx: tx.execute(sql.delete_preset, {"id": preset_id, "user_id": user_id})):
            raise _no_such_preset(preset_id)
        if row["webhook_id"] is not None:
            self.webhooks.clear_soon()

    def delete_presets_of_graph_tx(self, tx: Tx, user_id: str, graph_id: str) -> None:
        """The presets of a graph that is deleted for good go with it (GraphService.deleting)."""
        tx.execute(sql.delete_of_graph, {"user_id": user_id, "graph_id": graph_id})

    # --- triggers ----------------------------------------------------------------------------------------

    def list_of_webhook(self, webhook_id: str) -> list[TriggeredPreset]:
        """What a delivery to this webhook starts, by an index."""
        rows = self._db.loop_connection.execute(sql.list_of_webhook, (webhook_id,)).fetchall()
        return [_triggered(row) for row in rows]

    def check_fits(self, preset: TriggeredPreset) -> None:
        """Raises ConflictError where the preset does not fit the active version of its agent."""
        row = {name: getattr(preset, name) for name in ("user_id", "graph_id", "graph_version")}
        version = self._library.version_of(preset.graph_id, preset.user_id)
        self._check_fits(row, version, preset.config, preset.credentials)

    def why_off_tx(self, tx: Tx, preset_id: str, webhook_id: str) -> str | None:
        """Why a trigger takes nothing now, inside a write; None where it does."""
        row = tx.fetch_one(sql.select_trigger, {"id": preset_id, "webhook_id": webhook_id})
        if row is None:
            return "The trigger was removed."
        return None if row[0] else row[1] or SWITCHED_OFF

    def detach_tx(self, tx: Tx, preset_id: str, webhook_id: str) -> None:
        """Leaves a preset without its trigger."""
        tx.execute(sql.detach, {"id": preset_id, "webhook_id": webhook_id, "now": now_us()})

    def detach_all_tx(self, tx: Tx, user_id: str, webhook_id: str) -> None:
        """Leaves all presets of a webhook without it."""
        tx.execute(sql.detach_all, {"user_id": user_id, "webhook_id": webhook_id, "now": now_us()})

    def deactivate_tx(self, tx: Tx, preset_id: str, reason: str) -> None:
        """Switches a preset off; its user sees why."""
        tx.execute(sql.deactivate, {"id": preset_id, "reason": reason, "now": now_us()})

    def deactivate_for_credentials_tx(self, tx: Tx, user_id: str, credentials_id: str) -> None:
        """Credentials are being deleted: the triggers that use them are switched off in the same transaction."""
        reason = "Its credentials were deleted. Choose others, then switch it on again."
        row = {"user_id": user_id, "credentials_id": credentials_id, "reason": reason, "now": now_us()}
        tx.execute(sql.deactivate_of_credentials, row)

    def graphs_listening(self, connection: apsw.Connection, user_id: str, graph_ids: Collection[str]) -> set[str]:
        """Those of the graphs that have a trigger that is on. For a reading thread (LibraryAgentService.listening)."""
        listed = msgspec.json.encode(list(graph_ids)).decode()
        return {graph_id for (graph_id,) in connection.execute(sql.graphs_listening, (user_id, listed)).fetchall()}

    async def list_of_credentials(self, user_id: str, credentials_id: str) -> list[tuple[str, str]]:
        """[(id, name)] of the presets that hold these credentials."""
        return await self._db.fetch_all(sql.list_of_credentials, {"user_id": user_id, "credentials_id": credentials_id})

    # --- running ---------------------------------------------------------------------------------------

    async def execute_preset(
        self, user_id: str, preset_id: str, wanted: ExecutePreset, *, source: str = "library"
    ) -> ExecuteGraphResponse:
        """Starts a run of the active version with the preset's values, and those of `wanted` instead where it names them.

        Raises NotFoundError, GraphNotInLibraryError, ConflictError with the problems as detail where the preset does not fit
        the version, and what ExecutionService.start_graph raises.
        """
        row = self._row(user_id, preset_id)
        inputs = {**_decode_inputs(row["inputs"]), **wanted.inputs}
        credentials = {**_decode_credentials(row["credentials"]), **wanted.credential_inputs}
        graph_id, version = row["graph_id"], self._library.version_of(row["graph_id"], user_id)
        self._check_fits(row, version, inputs, credentials)
        given = ExecuteGraph(inputs=inputs, credentials_inputs=credentials)
        run = await self._executions.start_graph(user_id, graph_id, version, given, preset_id=preset_id, source=source)
        meta = self._executions.get_meta(user_id, run.id)
        return ExecuteGraphResponse(**{name: getattr(meta, name) for name in meta.__struct_fields__}, graph_exec_id=run.id)

    def _check_fits(self, row: Row, version: int | None, inputs: dict[str, Any], credentials: Credentials) -> None:
        problems = [] if version is None else self._problems(row, inputs, credentials)
        if problems and problems[0].kind != "agent":
            told = " ".join(problem.message for problem in problems)
            raise ConflictError(
                f"The preset was made for version {row['graph_version']} of the agent and does not fit version {version}. {told}",
                hint="Change the inputs of the preset, or make the older version the active one again.",
                detail={"type": "preset_broken", "problems": msgspec.to_builtins(problems)},
            )


def _named(row: tuple) -> Row:
    return dict(zip(_COLUMNS, row, strict=True))


def _triggered(row: tuple) -> TriggeredPreset:
    preset_id, user_id, graph_id, graph_version, inputs, credentials, is_active, inactive_reason = row
    return TriggeredPreset(
        id=preset_id,
        user_id=user_id,
        graph_id=graph_id,
        graph_version=graph_version,
        config=_decode_inputs(inputs),
        credentials=_decode_credentials(credentials),
        is_active=bool(is_active),
        inactive_reason=inactive_reason,
    )


def _no_such_preset(preset_id: str) -> NotFoundError:
    return NotFoundError(f"There is no preset {preset_id[:80]!r}.")
