"""How far a user has come in the tour."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..clock import iso, now_us
from ..db import Database, Tx, load_sql
from ..errors import PayloadTooLargeError
from ..executions.service import ExecutionService
from .types import OnboardingState, OnboardingStep, UserOnboarding, UserOnboardingUpdate

sql = load_sql(__file__, "store.sql")
_decode = msgspec.json.Decoder(OnboardingState).decode

MAX_STATE_BYTES = 64_000
DAY_US = 86_400_000_000
_ADDED = ("completed_steps", "notified")
_LAST_STEPS = frozenset({"CONGRATS", "VISIT_COPILOT"})


class OnboardingService:
    """All methods see only the tour of `user_id`, which is at its beginning where nothing was stored."""

    def __init__(self, db: Database, executions: ExecutionService):
        self._db = db
        self._executions = executions

    async def get(self, user_id: str) -> UserOnboarding:
        """The user's tour, and the runs that its later steps count."""
        row = self._db.point(sql.select_state, (user_id,))
        state = _decode(row[0]) if row is not None else OnboardingState()
        n_runs, last_run_at, days = await self._executions.count_run_days(user_id)
        return UserOnboarding(
            **msgspec.structs.asdict(state),
            user_id=user_id,
            agent_runs=n_runs,
            last_run_at=iso(last_run_at),
            consecutive_run_days=_days_in_a_row(days, now_us() // DAY_US),
        )

    async def update(self, user_id: str, wanted: UserOnboardingUpdate) -> UserOnboarding:
        """Changes what `wanted` names. Raises PayloadTooLargeError."""
        await self._db.write(lambda tx: _update_tx(tx, user_id, wanted))
        return await self.get(user_id)

    async def complete_step(self, user_id: str, step: OnboardingStep) -> UserOnboarding:
        """Notes that a step was done."""
        return await self.update(user_id, UserOnboardingUpdate(completed_steps=[step]))

    async def reset(self, user_id: str) -> UserOnboarding:
        """Lets the tour begin anew."""
        await self._db.write(lambda tx: tx.execute(sql.delete_state, (user_id,)))
        return await self.get(user_id)

    async def is_completed(self, user_id: str) -> bool:
        """Whether one of the steps at its end was done."""
        return not _LAST_STEPS.isdisjoint((await self.get(user_id)).completed_steps)


def _update_tx(tx: Tx, user_id: str, wanted: UserOnboardingUpdate) -> None:
    row = tx.fetch_one(sql.select_state, (user_id,))
    state = _decode(row[0]) if row is not None else OnboardingState()
    for name in wanted.__struct_fields__:
        if (value := getattr(wanted, name)) is not None:
            setattr(state, name, list(dict.fromkeys([*getattr(state, name), *value])) if name in _ADDED else value)
    encoded = msgspec.json.encode(state)
    if len(encoded) > MAX_STATE_BYTES:
        raise PayloadTooLargeError(
            f"The tour would take more than {MAX_STATE_BYTES:,} bytes.", hint="Send a smaller `agentInput`."
        )
    tx.execute(sql.put_state, {"user_id": user_id, "state": encoded, "now": now_us()})


def _days_in_a_row(days: Sequence[int], today: int) -> int:
    """`days` since 1970 with a run, newest first. A row of days that ended yesterday still counts."""
    if not days or days[0] < today - 1:
        return 0
    return next((n for n, day in enumerate(days) if day != days[0] - n), len(days))
