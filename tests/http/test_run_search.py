"""Finding a run by what was given to it and what came out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.engine import engine
from autogpt_lite.run_search import service as run_search
from autogpt_lite.run_search.types import SearchQuery
from autogpt_lite.users.types import DEFAULT_USER_ID
from tests.http.library_agents import ANY_INPUT, add_other_user, echo_agent, end_of, ok, run, run_to_end, save, slow_agent
from tests.server import LiveServer, run_app


@pytest.fixture
async def server(tmp_path: Path):
    async with run_app(tmp_path) as running:
        yield running


@pytest.fixture
async def echo(server: LiveServer) -> dict[str, Any]:
    return await save(server, echo_agent(inputs={"Text": ANY_INPUT}))


async def found(server: LiveServer, query: str, **more: Any) -> list[dict[str, Any]]:
    answer = await ok(server.get("/api/executions/search", params={"query": query, **more}))
    assert answer["not_searched"] == 0
    return answer["runs"]


async def test_a_run_is_found_by_beginnings_of_words_of_its_inputs_and_outputs(server: LiveServer, echo: dict[str, Any]):
    first = await run_to_end(server, echo["id"], Text="Café newsletter for Ada")
    second = await run_to_end(server, echo["id"], Text={"list": ["newsletter", 4711]})
    assert [one["run"]["id"] for one in await found(server, "newsletter")] == [second["id"], first["id"]]
    assert [one["run"]["id"] for one in await found(server, "CAFE news")] == [first["id"]]
    assert [one["run"]["id"] for one in await found(server, "4711")] == [second["id"]]
    assert await found(server, "newsletter Alan") == []
    (hit,) = await found(server, "ada", limit=1)
    assert (hit["is_input"], hit["field"], hit["text"]) == (False, "out Text", "Café newsletter for Ada")


async def test_one_agents_runs_only(server: LiveServer, echo: dict[str, Any]):
    other = await save(server, echo_agent("Other", inputs={"Text": ANY_INPUT}))
    await run_to_end(server, echo["id"], Text="shared")
    mine = await run_to_end(server, other["id"], Text="shared")
    assert [one["run"]["id"] for one in await found(server, "shared", graph_id=other["id"])] == [mine["id"]]


async def test_a_run_that_goes_on_is_found_when_it_has_ended(server: LiveServer, echo: dict[str, Any]):
    slow = await save(server, {**slow_agent(), "nodes": [*slow_agent()["nodes"], *echo["nodes"]], "links": echo["links"]})
    started = await run(server, slow["id"], Text="patience")
    assert await found(server, "patience") == []
    await ok(server.post(f"/api/graphs/{slow['id']}/executions/{started['id']}/stop"))
    await end_of(server, started)
    assert [one["run"]["id"] for one in await found(server, "patience")] == [started["id"]]


async def test_a_deleted_run_is_not_found_and_leaves_no_word(server: LiveServer, echo: dict[str, Any]):
    gone = await run_to_end(server, echo["id"], Text="forgettable")
    assert len(await found(server, "forgettable")) == 1
    assert (await server.request("DELETE", f"/api/executions/{gone['id']}")).status < 300
    await server.app.retention.apply()
    assert await found(server, "forgettable") == []
    rows = await server.app.db.fetch_all("SELECT count(*) FROM run_words WHERE run_words MATCH 'forgettable'")
    assert rows == [(0,)]


async def test_another_users_runs_are_not_found(server: LiveServer, echo: dict[str, Any]):
    await run_to_end(server, echo["id"], Text="private")
    other = await add_other_user(server)
    assert (await server.app.run_search.search(other, SearchQuery(query="private"))).runs == []


@pytest.mark.parametrize(
    "query", ['"', "a AND", "NEAR(x, y)", "owner : x", "*", "graph:*", "'; DROP TABLE x --", "🙂", "a" * 200, "- +"]
)
async def test_no_query_means_more_than_its_words(server: LiveServer, echo: dict[str, Any], query: str):
    await run_to_end(server, echo["id"], Text="plain")
    assert await found(server, query) == []


@pytest.mark.parametrize(
    "params", [{}, {"query": ""}, {"query": "a" * 201}, {"query": "a", "limit": 0}, {"query": "a", "limit": 101}]
)
async def test_bad_questions_are_refused(server: LiveServer, params: dict[str, Any]):
    assert (await server.get("/api/executions/search", params=params)).status in (400, 422)


async def test_long_texts_are_searched_to_a_bound(server: LiveServer, echo: dict[str, Any]):
    await run_to_end(server, echo["id"], Text="early " + "word " * 20_000 + " late")
    assert len(await found(server, "early")) == 1
    assert await found(server, "late") == []


async def test_what_is_not_looked_through_yet_is_said_and_a_job_goes_on(server: LiveServer, echo: dict[str, Any], monkeypatch):
    for i in range(5):
        await run_to_end(server, echo["id"], Text=f"word{i}")
    monkeypatch.setattr(run_search, "BATCH", 2)
    monkeypatch.setattr(run_search, "SEARCH_S", 0)
    answer = await ok(server.get("/api/executions/search", params={"query": "word"}))
    assert len(answer["runs"]) + answer["not_searched"] == 5
    assert answer["not_searched"] > 0
    assert await server.app.run_search.update() is None
    assert len(await found(server, "word")) == 5


async def test_what_an_agent_hides_is_not_found_by_its_words(server: LiveServer):
    agent = echo_agent(inputs={"Key": ANY_INPUT, "Text": ANY_INPUT}, Key={"secret": True})
    agent["nodes"][2]["input_default"]["secret"] = True
    one = await save(server, agent)
    await run_to_end(server, one["id"], Key="sesame", Text="open")
    assert len(await found(server, "open")) == 1
    assert await found(server, "sesame") == []


async def test_looking_through_old_runs_compiles_no_agent(server: LiveServer, monkeypatch):
    """200 of them held up everybody for half a second, and pushed those that run out of the engine's memory."""
    for i in range(3):
        agent = await save(server, echo_agent(f"Agent {i}", inputs={"Text": ANY_INPUT}))
        await run_to_end(server, agent["id"], Text=f"word{i}")
    server.app.engine._plans.clear()
    monkeypatch.setattr(engine, "compile_plan", lambda *_: pytest.fail("a plan was compiled"))
    assert len(await found(server, "word")) == 3


async def test_a_word_is_shown_where_the_index_has_it(server: LiveServer, echo: dict[str, Any]):
    await run_to_end(server, echo["id"], Text=["first", "Ångström " * 1_000])
    (hit,) = await found(server, "angstrom")
    assert (hit["field"], hit["text"][:17]) == ("out Text", "Ångström Ångström")
    (hit,) = await found(server, "text")
    assert (hit["field"], hit["text"]) == ("out Text", "first")


async def test_who_searches_does_not_wait_for_the_end_of_the_job(server: LiveServer, echo: dict[str, Any], monkeypatch):
    for i in range(6):
        await run_to_end(server, echo["id"], Text=f"word{i}")
    monkeypatch.setattr(run_search, "BATCH", 2)
    monkeypatch.setattr(run_search, "SEARCH_S", 0)
    asked, search = [], server.app.run_search
    update_batch = search._update_batch

    async def noted() -> bool:
        if not asked:  # in the first batch of the job
            asked.append(asyncio.ensure_future(search.search(DEFAULT_USER_ID, SearchQuery(query="word"))))
            await asyncio.sleep(0)
        return await update_batch()

    monkeypatch.setattr(search, "_update_batch", noted)
    assert await search.update() is None
    answer = await asked[0]
    assert answer.not_searched == 2, "there was a batch of the job, and its own"
    assert len(answer.runs) >= 4
