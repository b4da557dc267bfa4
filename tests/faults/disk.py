"""A disk that is full, read-only or broken, as the writer meets it: for tests in one process and on any system."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import apsw
import psutil

from autogpt_lite import faultpoints


class BadDisk:
    """While `error` is set, every commit fails with it. `refused` counts them."""

    def __init__(self, monkeypatch: Any):
        self.error: apsw.Error | None = None
        self.refused = 0
        self.on_commit: Any = None
        monkeypatch.setattr(faultpoints, "hit", self._hit)
        monkeypatch.setattr("autogpt_lite.engine.flush.RETRY_S", 0.01)
        monkeypatch.setattr("autogpt_lite.engine.engine.RETRY_S", 0.01)
        monkeypatch.setattr("autogpt_lite.db.database.RETRY_S", 0.01)

    def _hit(self, name: str) -> None:
        if name != "db.before_commit":
            return
        if self.on_commit is not None:
            self.on_commit()
        if self.error is not None:
            self.refused += 1
            raise self.error


@contextlib.contextmanager
def no_room(pid: int) -> Iterator[None]:
    """The process may not write a byte more to any file, as on a full disk (Linux; needs no rights)."""
    process = psutil.Process(pid)
    before = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, before)
