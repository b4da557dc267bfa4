"""Named places at which a test may stop the process dead, to prove what survives. Free when none is armed."""

from __future__ import annotations

import os
import signal

PLACES = {
    "db.before_commit": "everything of a transaction is written, and nothing of it is on the disk",
    "db.after_commit": "a transaction is on the disk, and nobody knows yet",
    "db.backup_step": "a backup has copied some pages",
    "db.backup_copied": "a backup is whole under its temporary name",
    "db.restore_decided": "a restore has written down what it is about to do",
    "db.restore_set_aside": "a restore has moved the old database away",
    "db.restore_moved": "a restore has put the backup in its place",
    "engine.child_admitted": "a sub-agent is on the disk and has not begun",
}
"""{name: what has happened there and what has not}; a test holds it against the calls of `hit`."""

# AUTOGPT_LITE_FAULT="db.before_commit:7" kills the process the 7th time that it gets there.
_armed: dict[str, int] = {}


def arm(text: str) -> None:
    """Arms "name:count[,name:count...]"."""
    for part in filter(None, text.split(",")):
        name, _, count = part.partition(":")
        _armed[name] = int(count or 1)


def hit(name: str) -> None:
    """Passes the place called `name`; dies there, as by kill -9, when its count is up."""
    if not _armed or name not in _armed:
        return
    _armed[name] -= 1
    if _armed[name] <= 0:
        if hasattr(signal, "SIGKILL"):
            os.kill(os.getpid(), signal.SIGKILL)
        os._exit(137)


arm(os.environ.get("AUTOGPT_LITE_FAULT", ""))
