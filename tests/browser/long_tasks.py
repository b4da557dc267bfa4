"""How long a page keeps its thread, and how much it holds: what somebody feels as a page that hangs.

A task's length is its CPU time, from Chromium's own trace: what PerformanceObserver calls a long task counts the time in which other
programs had the processor as well, and is over any limit on a machine that is busy.
"""

from __future__ import annotations

import json
import re
from typing import Any

MOST_MS = 200
MOST_HEAP_BYTES = 150_000_000
# A trace has hundreds of megabytes, an event a line: only those of 10 ms and more are read, and the names of threads.
_OF_INTEREST = re.compile(rb'[^\n]*(?:"tdur":\d{5,}|"thread_name")[^\n]*')


class Watch:
    """Of a page from now on: its longest task, and its memory."""

    def __init__(self, page: Any):
        self._session = page.context.new_cdp_session(page)
        self._browser = page.context.browser
        self._browser.start_tracing(page=page, categories=["toplevel"])

    def longest_ms(self) -> float:
        """Ends the watch; CPU time of the longest task of a page's main thread, 0 where none took 10 ms."""
        names, tasks = {}, []
        for line in _OF_INTEREST.finditer(self._browser.stop_tracing()):
            event = _event(line.group())
            place = (event["pid"], event["tid"])
            if event["name"] == "thread_name":
                names[place] = event["args"]["name"]
            else:
                tasks.append((place, event["tdur"]))
        assert "CrRendererMain" in names.values()
        return max((us for place, us in tasks if names.get(place) == "CrRendererMain"), default=0) / 1000

    def heap_bytes(self) -> int:
        """What the page's scripts hold once everything that nobody needs has gone."""
        self._session.send("HeapProfiler.collectGarbage")
        return self._session.send("Runtime.getHeapUsage")["usedSize"]


def _event(line: bytes) -> dict[str, Any]:
    return json.loads(line.strip().removeprefix(b'{"traceEvents":[').rstrip(b",").removesuffix(b"]"))
