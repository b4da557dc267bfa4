"""The command line under Python's audit hook: `python -m tests.attacks.watched REPORT ARGUMENTS...` is `autogpt-lite ARGUMENTS...`,
and REPORT gets a line of JSON, [event, argument, ...], for every process that it starts, every file that it opens or changes and
every database that it opens, by whichever library. What a child does is not seen."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

STARTS = {
    *("subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "os.startfile"),
    *("pty.spawn", "webbrowser.open", "_winapi.CreateProcess"),
}
"""Events of a process that is started."""
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown", "os.truncate"}
"""Events of a file that is changed without being opened; their first argument is its path."""
DATABASES = {"sqlite3.connect", "apsw.Connection"}
"""Events of a database that is opened: its path, and for apsw the source file that opens it."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

Event = list[Any]


def deeds(report: Path, kinds: set[str] | None = None) -> list[Event]:
    """What was reported so far, of these kinds."""
    events = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    return [event for event in events if kinds is None or event[0] in kinds]


def written(report: Path) -> set[str]:
    """The paths that were opened for writing, or changed."""
    opened = {event[1] for event in deeds(report, {"open"}) if _is_writing(event)}
    return opened | {event[1] for event in deeds(report, CHANGES) if isinstance(event[1], str)}


def _is_writing(event: Event) -> bool:
    _, path, mode, flags = event
    return isinstance(path, str) and (bool(set(mode or "") & set("wax+")) or bool(int(flags or 0) & WRITING))


def _watch(report: Path) -> None:
    out = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    wanted = STARTS | CHANGES | DATABASES | {"open"}

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event in wanted:
            os.write(out, json.dumps([event, *map(_plain, arguments)]).encode() + b"\n")

    sys.addaudithook(note)
    _watch_apsw(note)


def _watch_apsw(note: Any) -> None:
    import apsw  # it raises no audit events

    class Connection(apsw.Connection):
        def __init__(self, filename: str, *arguments: Any, **named: Any):
            note("apsw.Connection", (filename, sys._getframe(1).f_code.co_filename))
            super().__init__(filename, *arguments, **named)

    apsw.Connection = Connection  # type: ignore[misc]


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, (str, int, type(None))):
        return value
    return os.fsdecode(value) if isinstance(value, (bytes, os.PathLike)) else repr(value)[:200]


if __name__ == "__main__":
    _watch(Path(sys.argv.pop(1)))
    from autogpt_lite.__main__ import main

    main()
