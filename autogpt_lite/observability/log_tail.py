"""The last lines of the server's log, for the page of the system: in memory, bounded, without secrets."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Literal

import msgspec

from ..clock import iso, now_us

MAX_LINES = 2_000
MAX_CHARS = 4_000
"""Of one line: a traceback may have thousands."""

Level = Literal["debug", "info", "warning", "error"]


class LogLine(msgspec.Struct):
    """One entry, with its traceback. `at` is ISO 8601, UTC; `number` counts the entries since the start."""

    number: int
    at: str
    level: str
    source: str
    text: str


class LogTail(logging.Handler):
    """A handler of the root logger. What `mask` knows to be a secret is not kept at all; it is set once the secrets are known."""

    def __init__(self) -> None:
        super().__init__()
        self.mask: Callable[[str], str] = str
        self._lines: deque[tuple[int, int, int, str, str]] = deque(maxlen=MAX_LINES)
        self._count = 0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.mask(self.format(record))
        except Exception:
            self.handleError(record)
            return
        self._count += 1
        cut = text if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS]} … ({len(text):,} characters)"
        self._lines.append((self._count, now_us(), record.levelno, record.name, cut))

    def open(self) -> None:
        """From now on it sees what is logged."""
        logging.getLogger().addHandler(self)

    def stop(self) -> None:
        """Back to before `open`."""
        logging.getLogger().removeHandler(self)

    def list_lines(self, level: Level, limit: int) -> list[LogLine]:
        """The newest ones of this level and above, the newest last. Masked once more: a secret may have become known since."""
        least = logging.getLevelNamesMapping()[level.upper()]
        found = [line for line in list(self._lines) if line[2] >= least][-limit:]
        return [
            LogLine(number, iso(at) or "", logging.getLevelName(levelno).lower(), source, self.mask(text))
            for number, at, levelno, source, text in found
        ]
