"""The agents that are in the library at the first start."""

from __future__ import annotations

import logging

from ..db import Database, Tx
from ..errors import AutoGPTLiteError
from ..paths import packaged_file
from ..users.types import DEFAULT_USER_ID
from .agent_file import parse_agent_file
from .service import GraphService
from .store import sql

log = logging.getLogger(__name__)

INSTALLED = "examples_installed"


async def install_examples(db: Database, graphs: GraphService) -> None:
    """Imports examples/*.json once in the life of a data directory: one that the user deletes stays deleted."""
    if db.point(sql.select_fact, (INSTALLED,)) is not None:
        return
    for path in sorted(packaged_file("examples").glob("*.json")):
        try:
            await graphs.create_graph(DEFAULT_USER_ID, parse_agent_file(path.read_bytes()), is_upload=True)
        except AutoGPTLiteError as error:
            log.error("the example %s could not be imported: %s", path.name, error)

    def note(tx: Tx) -> None:
        tx.execute(sql.insert_fact, (INSTALLED, "yes"))

    await db.write(note)
