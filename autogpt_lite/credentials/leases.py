"""Who uses which credentials at this moment: many at once, or one alone who changes them. Loop thread only.

Nobody overtakes: a change that waits lets what runs finish, and what comes later waits for the change.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from ..errors import ConflictError


class Use(NamedTuple):
    """Where credentials are used."""

    graph_exec_id: str = ""
    node_id: str = ""
    block_id: str = ""


class _Waiter(NamedTuple):
    ticket: int
    use: Use
    is_alone: bool
    turn: asyncio.Future


class _Door:
    """Who is in and who waits, for one of the credentials."""

    __slots__ = ("inside", "is_alone", "waiting")

    def __init__(self) -> None:
        self.inside: dict[int, Use] = {}
        self.is_alone = False
        self.waiting: deque[_Waiter] = deque()

    def lets_in(self, is_alone: bool) -> bool:
        return not self.inside or not (is_alone or self.is_alone)

    def let_in(self, ticket: int, use: Use, is_alone: bool) -> None:
        self.inside[ticket] = use
        self.is_alone = is_alone


class Leases:
    """A door for each of the credentials that somebody uses; an unused one costs nothing."""

    def __init__(self) -> None:
        self._doors: dict[str, _Door] = {}
        self._ticket = 0

    def users_of(self, credentials_id: str) -> list[Use]:
        """Who uses them now."""
        door = self._doors.get(credentials_id)
        return list(door.inside.values()) if door else []

    async def enter(self, credentials_id: str, use: Use, *, is_alone: bool = False) -> int:
        """Begins a use, waiting for its turn; the ticket that `leave` wants. A cancelled wait leaves nothing behind."""
        self._ticket = ticket = self._ticket + 1
        door = self._doors.get(credentials_id)
        if door is None:
            door = self._doors[credentials_id] = _Door()
        if not door.waiting and door.lets_in(is_alone):
            door.let_in(ticket, use, is_alone)
            return ticket
        waiter = _Waiter(ticket, use, is_alone, asyncio.get_running_loop().create_future())
        door.waiting.append(waiter)
        try:
            await waiter.turn
        except BaseException:
            # The turn may have come in the very moment of the cancellation.
            if ticket not in door.inside:
                door.waiting.remove(waiter)
            self.leave(credentials_id, ticket)
            raise
        return ticket

    def leave(self, credentials_id: str, ticket: int) -> None:
        """Ends a use; the second time it does nothing."""
        if (door := self._doors.get(credentials_id)) is None:
            return
        door.inside.pop(ticket, None)
        while door.waiting and door.lets_in(door.waiting[0].is_alone):
            waiter = door.waiting.popleft()
            door.let_in(waiter.ticket, waiter.use, waiter.is_alone)
            if not waiter.turn.done():
                waiter.turn.set_result(None)
        if not door.inside and not door.waiting:
            del self._doors[credentials_id]

    @asynccontextmanager
    async def change(self, credentials_id: str, wait_s: float) -> AsyncIterator[None]:
        """A change: waits for what uses them, and nobody else gets in meanwhile. Raises ConflictError with who uses them where
        that takes longer than wait_s."""
        try:
            async with asyncio.timeout(wait_s):
                ticket = await self.enter(credentials_id, Use(), is_alone=True)
        except TimeoutError:
            users = [use._asdict() for use in self.users_of(credentials_id)]
            raise ConflictError(
                f"These credentials are in use by {len(users)} node{'s' if len(users) != 1 else ''} of running agents.",
                hint="Wait for the runs to end, or stop them.",
                detail={"used_by": users},
            ) from None
        try:
            yield
        finally:
            self.leave(credentials_id, ticket)
