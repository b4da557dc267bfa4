"""Named places at which a test may stop the process dead, to prove what survives. Free when none is armed."""

from __future__ import annotations

import os
import signal

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
