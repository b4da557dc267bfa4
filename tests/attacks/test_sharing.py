"""B11: nobody sees a run who is not logged in as its owner.

There are no links that share a run. Until there are, no address tells a stranger anything of one, whatever is guessed; and the routes
that know of runs at all are counted here, so that a public one has to come by.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.web.authorization import needs_login
from autogpt_lite.web.routing import Route
from tests.attacks.two_users import World, two_users
from tests.http.library_agents import TEXT_INPUT, echo_agent, run_to_end, save

OUTPUT, SECRET = "output-canary-5a1c", "secret-canary-9b2d"
GUESSES = [
    *("/share/{id}", "/shared/{id}", "/s/{id}", "/public/{id}", "/runs/{id}/share", "/api/share/{id}", "/api/shared/{id}"),
    *("/api/public/shared/{id}", "/api/public/shared/{id}/files/{id}/download", "/api/public/executions/{id}"),
    *("/api/graphs/{graph}/executions/{id}/share", "/api/graphs/{graph}/executions/{id}.html", "/static/{id}.html"),
    *("/api/graphs/{graph}/executions/{id}/outputs", "/api/graphs/{graph}/executions/{id}/export", "/api/executions/{id}"),
]
"""Where AutoGPT has them, and where others do."""
TOKENS = ["share", "share_token", "token", "key", "id", "graph_exec_id", "ticket", "access_token"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The owner has a run with an output, and an input that is marked secret."""
    async with two_users(tmp_path) as made:
        agent = echo_agent("Shared", inputs={"x": TEXT_INPUT, "hidden": TEXT_INPUT}, hidden={"secret": True})
        graph = await save(made.server, agent)
        run = await run_to_end(made.server, graph["id"], x=OUTPUT, hidden=SECRET)
        assert run["outputs"]["out x"] == [OUTPUT]
        made.ids |= {"graph_id": graph["id"], "graph_exec_id": run["id"]}
        yield made


def tells_of_runs(route: Route) -> bool:
    return "exec" in route.path or "run" in route.path or "share" in route.path


async def test_b11_no_route_tells_a_stranger_of_a_run(world: World):
    """Every route, with the ids of the owner's run in its path, as nobody and as somebody else, with anything that could be a token."""
    exec_id = str(world.ids["graph_exec_id"])
    tokens = "&".join(f"{name}={exec_id}" for name in TOKENS)
    strangers: list[dict[str, str]] = [{}, world.eve, {"Authorization": f"Bearer {exec_id}"}, {"X-API-Key": exec_id}]
    for route in world.server.web.routes:
        path = world.path(route)
        for headers in strangers:
            if headers is world.eve and not world.is_owned(route):
                continue  # her own: she would log herself out
            answer = await world.ask(route, f"{path}{'&' if '?' in path else '?'}{tokens}", headers)
            assert OUTPUT.encode() not in answer.body, (route.method, route.path)
            assert SECRET.encode() not in answer.body, (route.method, route.path)


async def test_b11_routes_that_know_of_runs_want_a_login(world: World):
    known = [route for route in world.server.web.routes if tells_of_runs(route)]
    assert len(known) > 15
    assert [route.path for route in known if not needs_login(route)] == [], (
        "a link that shares: its outputs only, and show B11 of it here"
    )


@pytest.mark.parametrize("guess", GUESSES)
async def test_b11_a_guessed_address_says_the_same_for_a_run_as_for_none(world: World, guess: str):
    """Refused with the words that there are for a run that never was; what the page itself understands gets the empty page."""
    page = (await get(world, "/", {})).body
    real = {"id": world.ids["graph_exec_id"], "graph": world.ids["graph_id"]}
    never = {"id": str(uuid.uuid4()), "graph": str(uuid.uuid4())}
    for headers in ({}, world.eve):
        answers = [await get(world, guess.format(**ids), headers) for ids in (real, never)]
        assert all(answer.status in (401, 404) or answer.body == page for answer in answers), guess
        bodies = {without(answer.body, *real.values(), *never.values()) for answer in answers}
        assert len(bodies) == 1, guess


async def get(world: World, path: str, headers: dict[str, str]) -> Any:
    return await world.server.get(path, headers=headers, anonymous=True)


def without(body: bytes, *ids: Any) -> bytes:
    for one in ids:
        body = body.replace(str(one).encode(), b"ID")
    return body


async def test_b11_the_owner_still_sees_it(world: World):
    """What the silence above is worth: asked by its owner, the same addresses tell it."""
    gets = [
        route for route in world.server.web.routes if route.method == "GET" and tells_of_runs(route) and world.is_owned(route)
    ]
    bodies = {route.path: (await world.ask(route, world.path(route), world.owner)).body for route in gets}
    assert [path for path, body in bodies.items() if OUTPUT.encode() in body]
    assert [path for path, body in bodies.items() if SECRET.encode() in body]
