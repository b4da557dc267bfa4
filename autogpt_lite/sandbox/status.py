"""What of the confinement is in force on this machine."""

from __future__ import annotations

import sys
from typing import Any

_reported: dict[str, Any] = {}


def note_report(report: dict[str, Any]) -> None:
    """Keeps what a child has said of itself."""
    _reported.update(report)


def sandbox_status() -> dict[str, Any]:
    """What holds a child back: {platform, known, confined, seccomp, landlock, memory_limit, descriptor_limit, dies_with_server}.

    `landlock` is the version of the interface (0: none), the others are true or false. `known` is false before the first child
    has reported; the values are then what this system should be able to do. `confined` means that the kernel itself refuses files,
    network and processes to code that has broken out of Python; without it, untrusted code is not run (see run_isolated).
    """
    return {"platform": sys.platform, "known": bool(_reported), **_expected(), **_reported}


def _expected() -> dict[str, Any]:
    from . import confine

    has_filter = confine.has_syscall_filter()
    return {
        "confined": has_filter,
        "seccomp": has_filter,
        "landlock": confine.landlock_version(),
        "memory_limit": confine.resource is not None and sys.platform != "darwin",
        "descriptor_limit": confine.resource is not None,
        "dies_with_server": sys.platform == "linux",
    }
