"""Ctrl-C and SIGTERM held back while a run is being started: an interrupted request would leave a run behind that nobody follows."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def hold_signals() -> Iterator[Callable[[], None]]:
    """Signals are only noted, until what this gives is called by whoever answers them: it raises KeyboardInterrupt where one came.

    There is no moment between the two at which a signal could end the command with the run still going."""
    noted: list[int] = []
    before = {number: signal.signal(number, lambda n, _: noted.append(n)) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        while before:
            signal.signal(*before.popitem())

    def let_in() -> None:
        restore()
        if noted:
            raise KeyboardInterrupt

    try:
        yield let_in
    finally:
        restore()
