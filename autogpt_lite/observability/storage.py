"""What takes the space in the database file."""

from __future__ import annotations

from ..config import RetentionConfig
from ..db import Database, load_sql
from ..db.space import read_sizes
from .types import Kept, StoragePart, StorageState

sql = load_sql(__file__, "store.sql")

PARTS = {
    "runs": ("graph_executions", "node_executions", "node_outputs", "reruns", "review", "purge_queue"),
    "agents": ("graphs", "library", "presets", "agents_folder", "retention_rules"),
    "automatic starts": ("schedule", "webhook"),
    "search": ("run_words",),
    "credentials and accounts": ("users", "sessions", "api_keys", "account", "credential", "failed_logins", "audit"),
    "charges": ("charges", "cost_sums", "budgets"),
}
"""Beginnings of the names of tables; what no line knows is "other"."""


async def read_storage(db: Database, retention: RetentionConfig) -> StorageState:
    """Reads every page's owner: some seconds for a file of many gigabytes, on a reading thread."""
    rows = await db.fetch_all(sql.sizes_of_tables)
    sizes = dict.fromkeys([*PARTS, "other"], 0)
    for table, size in rows:
        sizes[_part_of(table)] += size
    free_pages, page_bytes = await db.read(lambda c: (c.pragma("freelist_count"), c.pragma("page_size")))
    file = read_sizes(db.path)
    parts = [StoragePart(name, size) for name, size in sizes.items() if size]
    parts.sort(key=lambda part: -part.size_bytes)
    kept = Kept(retention.days, retention.runs_per_agent, retention.mb_per_agent, retention.file_mb)
    return StorageState(kept, parts, free_pages * page_bytes, file.file_bytes, file.log_bytes)


def _part_of(table: str) -> str:
    return next((part for part, heads in PARTS.items() if table.startswith(heads)), "other")
