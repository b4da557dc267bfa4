"""What is said of backups."""

from __future__ import annotations

import msgspec


class Backup(msgspec.Struct):
    """A finished backup in the data directory. Keys are not in it: without credentials.key, stored secrets stay closed."""

    path: str
    size_bytes: int
    seconds: float


class StoredBackup(msgspec.Struct):
    """One of the backups in data_dir/backups."""

    name: str
    size_bytes: int
    made_at: str
