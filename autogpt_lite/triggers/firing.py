"""A delivery and a preset: a run, begun exactly once, or a row that says why there is none.

The row and the QUEUED run are one transaction, keyed by (webhook, delivery, preset): whenever the process dies, a delivery that
was accepted has its run, and one that comes again begins no second one.
"""

from __future__ import annotations

import logging
from typing import Any, Literal, NamedTuple

from ..clock import now_us
from ..db import Database, Tx
from ..engine.graph import Graph
from ..engine.records import GraphExecution
from ..errors import AutoGPTLiteError, DatabaseError, GraphNotInLibraryError, InvalidInputError, NotFoundError
from ..executions.service import ExecutionService
from ..graphs.service import GraphService
from ..library.service import LibraryService
from ..presets.service import SWITCHED_OFF, PresetService
from ..presets.types import TriggeredPreset
from . import store
from .events import spec_of, why_not_wanted
from .providers.base import Delivery
from .setup import TriggerSetup
from .store import StoredWebhook

log = logging.getLogger(__name__)

Outcome = Literal["started", "repeated", "none"]

_AGENT_IS_PAUSED = "The agent is paused."
_NO_TRIGGER = "The active version of the agent has no trigger for this webhook."


class KnownDelivery(NamedTuple):
    """A delivery under the name that it is remembered by."""

    webhook: StoredWebhook
    id: str
    delivery: Delivery


class _HeldError(Exception):
    """The preset takes nothing at the moment."""


class _CameBeforeError(Exception):
    """This delivery has begun its run already."""


class Firing:
    """Starts the presets of deliveries."""

    def __init__(
        self,
        db: Database,
        graphs: GraphService,
        library: LibraryService,
        presets: PresetService,
        executions: ExecutionService,
        setup: TriggerSetup,
    ):
        self._db = db
        self._graphs = graphs
        self._library = library
        self._presets = presets
        self._executions = executions
        self._setup = setup

    async def fire(self, known: KnownDelivery, preset: TriggeredPreset) -> Outcome:
        """What became of a delivery for one preset; its row says more. Raises DatabaseError where nothing could be stored."""
        row = self._db.point(store.sql.select_delivery, _key(known, preset.id))
        if row is not None and row[0] == "started":
            return await self._note_repeat(known, preset)
        try:
            await self._start(known, preset)
        except _CameBeforeError:
            return await self._note_repeat(known, preset)
        except _HeldError as held:
            await self.note(known, preset.id, "skipped", str(held))
        except DatabaseError:
            raise
        except GraphNotInLibraryError:
            # Cannot be stored like this (SQL triggers), so it has left this very moment, and its triggers with it.
            log.warning("a delivery found the agent %s gone from the library; its trigger goes too", preset.graph_id)
            await self._db.write(lambda tx: self._presets.detach_tx(tx, preset.id, known.webhook.id))
        except Exception as error:
            await self._refuse(known, preset, error)
        else:
            return "started"
        return "none"

    async def _start(self, known: KnownDelivery, preset: TriggeredPreset) -> None:
        if not preset.is_active:
            raise _HeldError(preset.inactive_reason or SWITCHED_OFF)
        graph = self._graph_of(preset)
        found = self._graphs.trigger_of(graph)
        webhook, delivery = known.webhook, known.delivery
        if found is None or spec_of(found[1])[:2] != (webhook.provider, webhook.webhook_type):
            raise InvalidInputError(_NO_TRIGGER)
        node, entry = found
        if (reason := why_not_wanted(entry, {**node.input_default, **preset.config}, delivery.event)) is not None:
            raise _HeldError(reason)
        self._presets.check_fits(preset)
        start = self._setup.start_of(preset.user_id, graph, node.id, preset.config, preset.credentials, delivery.payload)

        def also(tx: Tx, run: GraphExecution) -> None:
            reason = self._presets.why_off_tx(tx, preset.id, webhook.id)
            if reason is None and self._library.is_paused_tx(tx, preset.graph_id, preset.user_id):
                reason = _AGENT_IS_PAUSED
            if reason is not None:
                raise _HeldError(reason)
            if not tx.execute(store.sql.insert_delivery, _row(known, preset.id, "started", graph_exec_id=run.id)):
                raise _CameBeforeError

        await self._executions.start_graph(
            preset.user_id, graph.id, graph.version, start, preset_id=preset.id, source="webhook", also=also
        )

    def _graph_of(self, preset: TriggeredPreset) -> Graph:
        version = self._library.version_of(preset.graph_id, preset.user_id)
        return self._graphs.get_runnable_graph(preset.user_id, preset.graph_id, version)

    async def _note_repeat(self, known: KnownDelivery, preset: TriggeredPreset) -> Outcome:
        await self._db.write(lambda tx: tx.execute(store.sql.note_repeat, _key(known, preset.id)))
        return "repeated"

    async def _refuse(self, known: KnownDelivery, preset: TriggeredPreset, error: Exception) -> None:
        if isinstance(error, AutoGPTLiteError):
            reason = error.message
            log.warning("the preset %s could not start its agent: %s", preset.id, reason)
        else:
            reason = "Something went wrong in the server; its log says what."
            log.error("the preset %s could not start its agent", preset.id, exc_info=error)

        def write(tx: Tx) -> None:
            if isinstance(error, NotFoundError):
                self._presets.deactivate_tx(tx, preset.id, reason)
            tx.execute(store.sql.insert_delivery, _row(known, preset.id, "refused", reason=reason))

        await self._db.write(write)

    async def note(self, known: KnownDelivery, preset_id: str, status: str, reason: str | None) -> None:
        """The row of a delivery that begins no run; `preset_id` "" where it was for none."""
        row = _row(known, preset_id, status, reason=reason)
        await self._db.write(lambda tx: tx.execute(store.sql.insert_delivery, row))


def _key(known: KnownDelivery, preset_id: str) -> dict[str, Any]:
    return {"webhook_key": known.webhook.key, "delivery_id": known.id, "preset_id": preset_id}


def _row(
    known: KnownDelivery, preset_id: str, status: str, *, graph_exec_id: str | None = None, reason: str | None = None
) -> dict[str, Any]:
    told = {"event": known.delivery.event[:200], "status": status, "graph_exec_id": graph_exec_id, "reason": reason}
    return {**_key(known, preset_id), **told, "now": now_us()}
