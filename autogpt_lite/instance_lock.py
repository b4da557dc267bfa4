"""One process a data directory: a lock on a file of its own, never on the database."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from .errors import DataDirLockedError

FILE_NAME = "lock"
# On Windows a locked byte cannot be read either, so the lock is far behind the text that names the holder.
_LOCKED_BYTE = 1 << 30
# A command that looks whether a server runs (is_locked) holds the lock for some microseconds.
_TRIES = 5
_BETWEEN_TRIES_S = 0.04


class InstanceLock:
    """Holds `data_dir`/lock as long as it is open (`with InstanceLock(data_dir): ...`).

    The system frees the lock when the process ends, however it ends; the file stays. Raises DataDirLockedError that names
    the holder.
    """

    def __init__(self, data_dir: Path):
        self._path = data_dir / FILE_NAME
        self._descriptor: int | None = None

    def __enter__(self) -> InstanceLock:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        if not _try_lock(descriptor):
            os.close(descriptor)
            raise locked_error(self._path.parent)
        self._descriptor = descriptor
        self.note()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def note(self, **facts: Any) -> None:
        """Writes who holds the lock: this process, and `facts` such as its url."""
        text = json.dumps({"pid": os.getpid(), **facts}).encode()
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        with contextlib.suppress(OSError):  # the lock holds on a full disk too; then nobody reads who has it
            os.write(self._descriptor, text)
            os.ftruncate(self._descriptor, len(text))


def is_locked(data_dir: Path) -> bool:
    """Whether a process holds the lock of this data directory."""
    try:
        descriptor = os.open(data_dir / FILE_NAME, os.O_RDWR)
    except OSError:
        return False
    try:
        _lock(descriptor)
        return False
    except OSError:
        return True
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_BETWEEN_TRIES_S)
        try:
            _lock(descriptor)
            return True
        except OSError:
            continue
    return False


def read_holder(data_dir: Path) -> dict[str, Any]:
    """What the holder of the lock has noted: {pid, url?}; {} where it has noted nothing yet. Meaningless while nobody holds it."""
    try:
        holder = json.loads((data_dir / FILE_NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return holder if isinstance(holder, dict) else {}


def locked_error(data_dir: Path) -> DataDirLockedError:
    """The error that names the holder of the lock."""
    holder = read_holder(data_dir)
    where = f" at {holder['url']}" if "url" in holder else ""
    who = f"Another process (pid {holder['pid']}{where})" if "pid" in holder else "Another process"
    return DataDirLockedError(
        f"{who} uses the data directory {data_dir}.", hint="Stop it, or give this one a `--data-dir` of its own."
    )


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
