"""What is said of backups."""

from __future__ import annotations

import msgspec


class Backup(msgspec.Struct):
    """A finished backup in the data directory. Keys are not in it: without credentials.key, stored secrets stay closed."""

    path: str
    size_bytes: int
    seconds: float


class BackupPlan(msgspec.Struct):
    """The backups that the server makes by itself: every so many hours, 0 for none, and only where something has changed.

    `next_at` is when it looks next whether there is something new, ISO 8601; null for never. `problem` is why the last one was not made.
    """

    every_hours: int
    next_at: str | None
    has_nothing_new: bool
    problem: str | None


class StoredBackup(msgspec.Struct):
    """One of the backups in data_dir/backups."""

    name: str
    size_bytes: int
    made_at: str
