"""The tour of new users, for clients of AutoGPT that show one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.onboarding.service import _days_in_a_row
from autogpt_lite.onboarding.types import UserOnboardingUpdate
from autogpt_lite.web.routing import Principal, Request
from tests.compat.openapi_contract import OpenApiContract
from tests.http.library_agents import add_other_user, echo_agent, ok, run_to_end, save
from tests.server import LiveServer, run_app

PATH = "/api/onboarding"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_app(tmp_path) as live:
        yield live


async def update(server: LiveServer, **changes: Any) -> dict[str, Any]:
    return await ok(server.request("PATCH", PATH, json=changes))


async def test_answers_are_as_autogpt_describes_them(server: LiveServer, contract: Path):
    described = OpenApiContract(contract / "openapi_2026.json")
    described.check("GET", PATH, 200, await ok(server.get(PATH)))
    described.check("PATCH", PATH, 200, await update(server, usageReason="work", integrations=["github"], agentInput={"x": [1]}))
    described.check("POST", f"{PATH}/reset", 200, await ok(server.post(f"{PATH}/reset")))
    described.check("GET", f"{PATH}/completed", 200, await ok(server.get(f"{PATH}/completed")))
    await ok(server.post(f"{PATH}/step?step=WELCOME"))
    assert await ok(server.get(f"{PATH}/enabled")) is False


async def test_steps_are_added_and_the_rest_is_replaced(server: LiveServer):
    await update(server, completedSteps=["WELCOME"], usageReason="work", walletShown=True)
    await ok(server.post(f"{PATH}/step?step=USAGE_REASON"))
    found = await update(server, completedSteps=["WELCOME"], usageReason="play")
    assert found["completedSteps"] == ["WELCOME", "USAGE_REASON"]
    assert (found["usageReason"], found["walletShown"]) == ("play", True)
    assert await ok(server.get(f"{PATH}/completed")) == {"is_completed": False}
    await ok(server.post(f"{PATH}/step?step=CONGRATS"))
    assert await ok(server.get(f"{PATH}/completed")) == {"is_completed": True}
    assert (await ok(server.post(f"{PATH}/reset")))["completedSteps"] == []


async def test_runs_are_counted_from_what_is_kept(server: LiveServer):
    assert (await ok(server.get(PATH)))["agentRuns"] == 0
    graph = await save(server, echo_agent())
    for _ in range(2):
        await run_to_end(server, graph["id"], x=1)
    found = await ok(server.get(PATH))
    assert (found["agentRuns"], found["consecutiveRunDays"]) == (2, 1)
    assert found["lastRunAt"] is not None


@pytest.mark.parametrize(("days", "expected"), [([], 0), ([9], 1), ([10, 9, 8], 3), ([9, 8, 6], 2), ([8, 7], 0)])
def test_days_in_a_row_end_today_or_yesterday(days: list[int], expected: int):
    assert _days_in_a_row(days, 10) == expected


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"completedSteps": ["FLY"]}, 422), ({"agentInput": {"x": "y" * 70_000}}, 413), ({"usageReason": "z" * 2_000}, 422)],
)
async def test_what_is_refused(server: LiveServer, changes: dict[str, Any], status: int):
    assert (await server.request("PATCH", PATH, json=changes)).status == status
    assert (await server.post(f"{PATH}/step?step=FLY")).status == 422


async def test_everybody_has_a_tour_of_their_own_that_goes_with_them(server: LiveServer):
    other = await add_other_user(server)
    await update(server, usageReason="mine")
    handler = next(route.handler for route in server.app.routes if (route.method, route.path) == ("PATCH", PATH))
    theirs = await handler(Request(principal=Principal(other), path={}, body=UserOnboardingUpdate(wallet_shown=True)))
    assert (theirs.user_id, theirs.usage_reason, theirs.wallet_shown) == (other, None, True)
    assert (await ok(server.get(PATH)))["walletShown"] is False
    await server.app.users.remove_user(other)
    assert server.app.db.point("SELECT count(*) FROM onboarding") == (1,)
