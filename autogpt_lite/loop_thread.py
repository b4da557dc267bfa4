"""Tells what belongs to the loop's thread from whoever else asks for it."""

from __future__ import annotations

import threading


class LoopThread:
    """The thread that made it: the one of the event loop, for what is made when the server starts.

    What is kept on the loop has no lock, and a change from another thread would get lost now and then, in no test: so it is refused
    always.
    """

    __slots__ = ("_ident",)

    def __init__(self) -> None:
        self._ident = threading.get_ident()

    def check(self, what: str) -> None:
        """Raises RuntimeError on any other thread. `what` begins the sentence: "Rows are read by their keys"."""
        if threading.get_ident() != self._ident:
            raise RuntimeError(f"{what} on the loop's thread only.")
