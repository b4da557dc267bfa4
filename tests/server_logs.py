"""What each server of a process of its own logged: a test that fails beside it shows what came while it ran."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

MOST_SHOWN = 6_000

_logs: list[ServerLog] = []


class ServerLog:
    """The file that a server's stderr goes to: `path`, or one that is gone once the server has ended, while `text` stays."""

    def __init__(self, data_dir: Path, path: Path | None):
        self.title = f"log of the server on {data_dir}"
        self._is_ours = path is None
        self.path = path or _new_file()
        self.is_over = False
        self._kept = ""
        self._seen = len(self.text)
        _logs.append(self)

    @property
    def text(self) -> str:
        if self.is_over:
            return self._kept
        return self.path.read_text("utf-8", "replace") if self.path.exists() else ""

    def close(self) -> None:
        """The server has ended."""
        self._kept, self.is_over = self.text, True
        if self._is_ours:
            self.path.unlink()

    def begin_test(self) -> None:
        self._seen = len(self.text)

    def since_test_began(self) -> str:
        """The end of it, without what tests before this one have seen."""
        return self.text[self._seen :][-MOST_SHOWN:]


def _new_file() -> Path:
    number, name = tempfile.mkstemp(prefix="server-", suffix=".log")
    os.close(number)
    return Path(name)


def begin_test() -> None:
    """A test begins: servers that ended before it are none of its business."""
    _logs[:] = [log for log in _logs if not log.is_over]
    for log in _logs:
        log.begin_test()


def written_since() -> list[tuple[str, str]]:
    """(title, text) of what servers have logged since this test began."""
    return [(log.title, text) for log in _logs if (text := log.since_test_began())]
