"""What an agent from a file would do, for people to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_KINDS = {
    "hosts": "reaches",
    "credentials": "uses credentials of",
    "code": "runs code",
    "files": "reads files",
    "actions": "does what cannot be taken back",
    "triggers": "is started by",
    "sub_agents": "calls",
    "schedules": "proposes the schedule",
}


def report_lines(report: dict[str, Any]) -> Iterator[str]:
    """The lines of a report as the server answers it; none where the agent does nothing outside of itself."""
    for kind, words in _KINDS.items():
        for line in report[kind]:
            where = f" ({line['title']})" if line["title"] else ""
            yield f"  {words} {line['what']}{where}"
