"""How much room the database takes, and how much the disk has left."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

LOW_PERCENT = 5


class DiskSpace(msgspec.Struct):
    """Of the file system that a folder is on; `free_bytes` is what this user may still write."""

    total_bytes: int
    free_bytes: int

    @property
    def is_low(self) -> bool:
        return self.free_bytes < self.total_bytes * LOW_PERCENT / 100


class FileSizes(msgspec.Struct):
    """Bytes of the database file and of the write-ahead log beside it."""

    file_bytes: int
    log_bytes: int


def read_space(folder: Path) -> DiskSpace:
    """The disk that the folder is on."""
    total, _, free = shutil.disk_usage(folder)
    return DiskSpace(total, free)


def read_sizes(database: Path) -> FileSizes:
    """The sizes of a database; 0 for what is not there."""
    return FileSizes(_size(database), _size(database.with_name(f"{database.name}-wal")))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
