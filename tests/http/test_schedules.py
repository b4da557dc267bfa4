"""Schedules and system jobs over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.errors import ConfigError
from tests.compat.openapi_contract import OpenApiContract
from tests.server import LiveServer, run_app

OWNER, OTHER = "3e53486c-cf57-477e-ba2a-cb02dc828e1a", "11111111-1111-4111-8111-111111111111"
OF_GRAPH, ALL, ONE = "/api/graphs/{graph_id}/schedules", "/api/schedules", "/api/schedules/{schedule_id}"


@pytest.fixture
async def app_server(tmp_path: Path):
    async with run_app(tmp_path) as server:
        yield server


@pytest.fixture
async def graph_id(app_server: LiveServer) -> str:
    """An agent with one input `name`."""
    node = {"id": "in", "block_id": "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b", "input_default": {"name": "name"}}
    graph = {"name": "greets", "description": "", "nodes": [node], "links": []}
    return (await app_server.post("/api/graphs", {"graph": graph})).json()["id"]


def body(**more: Any) -> dict[str, Any]:
    return {"name": "Every morning", "cron": "0 9 * * MON-FRI", "inputs": {"name": "x"}, "timezone": "Europe/Berlin", **more}


async def create(server: LiveServer, graph_id: str, **more: Any) -> dict[str, Any]:
    answer = await server.post(f"/api/graphs/{graph_id}/schedules", body(**more))
    assert answer.status == 200, answer.body
    return answer.json()


async def test_autogpts_calls_have_its_shapes(app_server: LiveServer, graph_id: str, contract: Path):
    for name in ("openapi_seed.json", "openapi_2026.json"):
        openapi = OpenApiContract(contract / name)
        made = await create(app_server, graph_id)
        openapi.check("POST", OF_GRAPH, 200, made)
        listed = (await app_server.get(f"/api/graphs/{graph_id}/schedules")).json()
        openapi.check("GET", OF_GRAPH, 200, listed)
        openapi.check("GET", ALL, 200, (await app_server.get("/api/schedules")).json())
        assert made["id"] in [one["id"] for one in listed]
        deleted = await app_server.request("DELETE", f"/api/schedules/{made['id']}")
        openapi.check("DELETE", ONE, 200, deleted.json())
        assert deleted.json() == {"id": made["id"]}
        assert (await app_server.request("DELETE", f"/api/schedules/{made['id']}")).status == 404


async def test_a_new_schedule_is_answered_with_its_zone_its_policies_and_five_times(app_server: LiveServer, graph_id: str):
    made = await create(app_server, graph_id)
    assert (made["timezone"], made["graph_version"], made["agent_name"]) == ("Europe/Berlin", 1, "greets")
    assert len(made["next_run_times"]) == 5
    assert made["next_run_times"][0] == made["next_run_time"]
    assert all(time[10:19] == "T09:00:00" and time[-6:] in ("+01:00", "+02:00") for time in made["next_run_times"])
    assert (made["catch_up"], made["overlap"], made["origin"]) == ("once", "queue", "user")
    assert (await app_server.get(f"/api/schedules/{made['id']}")).json() == made


async def test_the_zone_is_the_users_where_none_is_given_and_else_the_servers(tmp_path: Path):
    async with run_app(tmp_path, settings={"schedules.timezone": "Asia/Tokyo"}) as server:
        assert (await server.post("/api/schedules/preview", {"cron": "@daily"})).json()["timezone"] == "Asia/Tokyo"
        await server.app.db.write(lambda tx: tx.execute("UPDATE users SET timezone = 'America/New_York'"))
        assert (await server.post("/api/schedules/preview", {"cron": "@daily"})).json()["timezone"] == "America/New_York"


async def test_a_preview_says_the_times_or_what_is_wrong(app_server: LiveServer):
    preview = (await app_server.post("/api/schedules/preview", {"cron": "*/30 * * * *", "timezone": "UTC"})).json()
    assert len(preview["next_run_times"]) == 5
    for wrong, reason in (
        ({"cron": "61 * * * *"}, "the minute 61"),
        ({"cron": "* * * * * *"}, "6 fields"),
        ({"cron": "0 0 31 2 *"}, "never fire"),
        ({"cron": "x" * 10_000}, "longer than"),
        ({"cron": "@daily", "timezone": "Mars/Base"}, "timezone: 'Mars/Base'"),
        ({"cron": "@daily", "timezone": "../../etc/localtime"}, "is not a time zone"),
    ):
        answer = await app_server.post("/api/schedules/preview", wrong)
        assert answer.status == 400
        assert reason in answer.json()["message"]


async def test_a_schedule_that_could_not_run_is_not_made(app_server: LiveServer, graph_id: str):
    path = f"/api/graphs/{graph_id}/schedules"
    missing = await app_server.post(path, body(inputs={}))
    assert (missing.status, missing.json()["detail"]["type"]) == (400, "validation_error")
    for wrong, status in (
        ({"cron": "60 * * * *"}, 400),
        ({"timezone": "Mars/Base"}, 400),
        ({"graph_version": 9}, 404),
        ({"graph_version": 0}, 422),
        ({"overlap": "sometimes"}, 422),
        ({"catch_up_limit": 0}, 422),
        ({"grace_s": -1}, 422),
        ({"name": "x" * 2000}, 422),
    ):
        assert (await app_server.post(path, body(**wrong))).status == status, wrong
    assert (await app_server.post("/api/graphs/nothing/schedules", body())).status == 404
    assert (await app_server.get("/api/schedules")).json() == []


async def test_pause_resume_and_edit(app_server: LiveServer, graph_id: str):
    path = f"/api/schedules/{(await create(app_server, graph_id))['id']}"
    paused = (await app_server.post(f"{path}/pause")).json()
    assert (paused["is_paused"], paused["next_run_time"], paused["next_run_times"]) == (True, "", [])
    edited = (await app_server.request("PATCH", path, json={"cron": "@hourly", "name": "Every hour"})).json()
    assert (edited["is_paused"], edited["cron"], edited["name"], edited["input_data"]) == (
        True,
        "@hourly",
        "Every hour",
        {"name": "x"},
    )
    resumed = (await app_server.post(f"{path}/resume")).json()
    assert (resumed["is_paused"], len(resumed["next_run_times"])) == (False, 5)
    assert (await app_server.request("PATCH", path, json={"cron": "99 * * * *"})).status == 400
    assert (await app_server.request("PATCH", path, json={"inputs": {}})).status == 400
    assert (await app_server.get(path)).json() == resumed


async def test_the_library_shows_which_agents_are_scheduled(app_server: LiveServer, graph_id: str):
    path = f"/api/library/agents/by-graph/{graph_id}"
    assert (await app_server.get(path)).json()["activity"] == "healthy"
    made = await create(app_server, graph_id)
    assert (await app_server.get(path)).json()["activity"] == "scheduled"
    await app_server.post(f"/api/schedules/{made['id']}/pause")
    assert (await app_server.get(path)).json()["activity"] == "healthy"


async def test_the_history_tells_what_became_of_each_time(app_server: LiveServer, graph_id: str):
    made = await create(app_server, graph_id)
    await app_server.app.db.write(lambda tx: tx.execute("UPDATE schedules SET next_due_at = next_due_at - 30 * 86400 * 1000000"))
    await app_server.app.ticker.run_due()
    fires = (await app_server.get(f"/api/schedules/{made['id']}/fires")).json()
    assert [fire["status"] for fire in fires][:2] == ["started", "missed"]
    assert fires[1]["reason"].startswith("Nobody was there")
    [newest] = (await app_server.get(f"/api/schedules/{made['id']}/fires?limit=1")).json()
    assert newest["graph_exec_id"] == fires[0]["graph_exec_id"]
    run = (await app_server.get(f"/api/graphs/{graph_id}/executions/{fires[0]['graph_exec_id']}")).json()
    assert run["inputs"] == {"name": "x"}


async def test_the_history_of_all_schedules_names_them_and_the_state_of_their_runs(app_server: LiveServer, graph_id: str):
    first, second = (
        await create(app_server, graph_id),
        await create(app_server, graph_id, name="Every evening", cron="0 21 * * *"),
    )
    await app_server.app.db.write(lambda tx: tx.execute("UPDATE schedules SET next_due_at = next_due_at - 9 * 86400 * 1000000"))
    await app_server.app.ticker.run_due()
    fires = (await app_server.get("/api/schedules/fires")).json()
    assert [fire["due_at"] for fire in fires] == sorted((fire["due_at"] for fire in fires), reverse=True)
    assert {(fire["schedule_id"], fire["schedule_name"]) for fire in fires} == {
        (first["id"], "Every morning"),
        (second["id"], "Every evening"),
    }
    started = [fire for fire in fires if fire["status"] == "started"]
    assert len(started) == 2
    assert {fire["run_status"] for fire in started} <= {"QUEUED", "RUNNING", "COMPLETED"}
    assert all(fire["run_status"] is None and fire["agent_name"] == "greets" for fire in fires if fire not in started)


async def test_the_history_says_how_long_each_run_took_and_what_it_cost_with_what_it_called(
    app_server: LiveServer, graph_id: str
):
    made = await create(app_server, graph_id)

    def add(tx):
        for key, status, stats in [(1, "COMPLETED", '{"cost": 7}'), (2, "RUNNING", None), (3, "FAILED", '{"error": "x"}')]:
            add_run(tx, key, status, stats, root=key)
            fire = (key, f"run-{key}", made["id"])
            tx.execute(
                "INSERT INTO schedule_fires SELECT key, ?1, 'started', ?1, ?2, NULL FROM schedules WHERE id = ?3",
                fire,
            )
        add_run(tx, 4, "COMPLETED", '{"cost": 5}', root=1, parent=1 << 24)

    def add_run(tx, key, status, stats, *, root, parent=None):
        ended_at = None if status == "RUNNING" else 4_500_000
        row = (key, f"run-{key}", OWNER, graph_id, status, root, parent, ended_at, stats)
        tx.execute(
            "INSERT INTO graph_executions (id, uuid, user_id, graph_id, status, root_id, parent_node_exec_id, ended_at, stats,"
            " graph_version, inputs, created_at, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS BLOB), 1, x'7b7d', 0, 1000000)",
            row,
        )

    await app_server.app.db.write(add)
    for path in ("/api/schedules/fires", f"/api/schedules/{made['id']}/fires"):
        fires = (await app_server.get(path)).json()
        known = [(fire["run_status"], fire["duration_s"], fire["cost_credits"]) for fire in fires]
        assert known == [("FAILED", 3.5, 0), ("RUNNING", None, None), ("COMPLETED", 3.5, 12)]


async def test_what_is_coming_is_listed_in_order_and_only_of_schedules_that_are_on(app_server: LiveServer, graph_id: str):
    hourly = await create(app_server, graph_id, cron="0 * * * *")
    half_hourly = await create(app_server, graph_id, cron="30 * * * *")
    paused = await create(app_server, graph_id, cron="15 * * * *")
    await app_server.post(f"/api/schedules/{paused['id']}/pause")
    answer = (await app_server.get("/api/schedules/upcoming?hours=24")).json()
    assert answer["is_complete"] is True
    assert len(answer["fires"]) == 48
    assert [fire["at"] for fire in answer["fires"]] == sorted(fire["at"] for fire in answer["fires"])
    assert {fire["schedule_id"] for fire in answer["fires"]} == {hourly["id"], half_hourly["id"]}
    assert answer["fires"][0]["at"] == min(hourly["next_run_time"], half_hourly["next_run_time"])
    cut = (await app_server.get("/api/schedules/upcoming?limit=5")).json()
    assert (cut["fires"], cut["is_complete"]) == (answer["fires"][:5], False)
    agent = (await app_server.get(f"/api/library/agents/by-graph/{graph_id}")).json()
    await app_server.request("PATCH", f"/api/library/agents/{agent['id']}", json={"is_paused": True})
    assert (await app_server.get("/api/schedules/upcoming")).json()["fires"] == []


async def test_b1_another_users_schedule_is_nowhere(app_server: LiveServer, graph_id: str):
    schedule_id = (await create(app_server, graph_id))["id"]

    def give_away(tx):
        tx.execute("INSERT INTO users (id, email, created_at, updated_at) VALUES (?, 'o@example.com', 0, 0)", (OTHER,))
        row = {"user_id": OTHER, "graph_id": graph_id}
        tx.execute("INSERT INTO library_agents (id, user_id, graph_id, graph_version, created_at, updated_at)"
                   " VALUES ('l', :user_id, :graph_id, 1, 0, 0)", row)  # fmt: skip
        values = tx.fetch_one("SELECT * FROM schedules")
        tx.execute("DELETE FROM schedules")
        tx.execute(f"INSERT INTO schedules VALUES ({', '.join('?' * len(values))})", (*values[:2], OTHER, *values[3:]))

    await app_server.app.db.write(give_away)
    assert (await app_server.get("/api/schedules")).json() == []
    assert (await app_server.get("/api/schedules/fires")).json() == []
    assert (await app_server.get("/api/schedules/upcoming?hours=840")).json()["fires"] == []
    assert (await app_server.get(f"/api/graphs/{graph_id}/schedules")).json() == []
    for route in app_server.web.routes:
        if "{schedule_id}" in route.path:
            path = route.path.replace("{schedule_id}", schedule_id)
            arguments = {} if route.method == "GET" else {"json": {}}
            assert (await app_server.request(route.method, path, **arguments)).status == 404, (route.method, route.path)


# --- schedules of config.toml --------------------------------------------------------------------------------


AGENT = '{"name": "from a file", "description": "", "nodes": [{"id": "n", "block_id": "%s", "input_default": {"name": "n"}}], "links": []}'


def entry(agent: Path, **more: Any) -> dict[str, Any]:
    return {"name": "nightly", "agent": str(agent), "cron": "0 3 * * *", "inputs": {"n": "x"}, **more}


@pytest.fixture
def agent_file(tmp_path: Path) -> Path:
    path = tmp_path / "agent.json"
    path.write_text(AGENT % "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b", "utf-8")
    return path


async def shown(data_dir: Path, *entries: dict[str, Any]) -> list[dict[str, Any]]:
    async with run_app(data_dir, settings={"schedules.entries": list(entries)}) as server:
        return (await server.get("/api/schedules")).json()


async def test_config_schedules_are_applied_at_start_and_go_when_their_lines_go(tmp_path: Path, agent_file: Path):
    data = tmp_path / "data"
    data.mkdir()
    [first] = await shown(data, entry(agent_file))
    assert (first["origin"], first["name"], first["agent_name"], first["input_data"]) == (
        "config",
        "nightly",
        "from a file",
        {"n": "x"},
    )
    assert await shown(data, entry(agent_file)) == [first]
    [edited] = await shown(data, entry(agent_file, cron="0 4 * * *", overlap="skip"))
    assert (edited["id"], edited["cron"], edited["overlap"]) == (first["id"], "0 4 * * *", "skip")
    [back] = await shown(data, entry(agent_file))
    assert (back["id"], back["overlap"]) == (first["id"], "queue")
    assert await shown(data) == []


async def test_config_schedules_are_changed_in_the_file_only_but_can_be_paused(tmp_path: Path, agent_file: Path):
    async with run_app(tmp_path, settings={"schedules.entries": [entry(agent_file)]}) as server:
        [one] = (await server.get("/api/schedules")).json()
        path = f"/api/schedules/{one['id']}"
        for method in ("PATCH", "DELETE"):
            answer = await server.request(method, path, json={"cron": "@daily"})
            assert (answer.status, "config.toml" in answer.json()["hint"]) == (409, True)
        assert (await server.post(f"{path}/pause")).json()["is_paused"]
    [kept] = await shown(tmp_path, entry(agent_file))
    assert kept["is_paused"]


async def test_a_config_schedule_whose_agent_is_not_there_harms_no_other(tmp_path: Path, agent_file: Path, caplog):
    listed = await shown(tmp_path, entry(tmp_path / "gone.json", name="gone"), entry(agent_file))
    assert [one["name"] for one in listed] == ["nightly"]
    assert "'gone' of config.toml cannot be applied" in caplog.text


async def test_a_wrong_line_in_config_stops_the_start_and_is_named(tmp_path: Path, agent_file: Path):
    for wrong in (entry(agent_file, cron="0 25 * * *"), entry(agent_file, timezone="Mars/Base"), entry(agent_file, name="")):
        with pytest.raises(ConfigError, match=r"schedules\.entries"):
            await shown(tmp_path, wrong)
    with pytest.raises(ConfigError, match=r"schedules\.entries"):
        await shown(tmp_path, entry(agent_file), entry(agent_file))


async def test_a_wrong_zone_for_all_stops_the_start_too(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"schedules\.timezone"):
        async with run_app(tmp_path, settings={"schedules.timezone": "Mars/Base"}):
            pass


# --- system jobs -----------------------------------------------------------------------------------------------


async def wait_for_result(server: LiveServer, name: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            jobs = {job["name"]: job for job in (await server.get("/api/system/jobs")).json()}
            if jobs[name]["last_run_at"] is not None:
                return jobs[name]


async def test_system_jobs_are_listed_and_start_by_hand(app_server: LiveServer):
    jobs = {job["name"]: job for job in (await app_server.get("/api/system/jobs")).json()}
    assert {"report_late_runs", "delete_old_fires"} <= jobs.keys()
    assert all(job["description"] and job["next_run_at"] for job in jobs.values())
    answer = await app_server.post("/api/system/jobs/report_late_runs/run")
    assert (answer.status, answer.json()["name"]) == (202, "report_late_runs")
    done = await wait_for_result(app_server, "report_late_runs")
    assert (done["last_result"], done["last_error"]) == ("no run is late", None)
    assert (await app_server.post("/api/system/jobs/nothing/run")).status == 404


async def test_late_runs_are_counted_and_logged_with_the_reason(app_server: LiveServer, graph_id: str, caplog):
    run = (await app_server.post(f"/api/graphs/{graph_id}/execute", {"inputs": {"name": "x"}})).json()
    late = "UPDATE graph_executions SET status = 'QUEUED', queued_at = queued_at - 301000000 WHERE uuid = ?"
    await app_server.app.engine.settle()
    await app_server.app.db.write(lambda tx: tx.execute(late, (run["id"],)))
    await app_server.post("/api/system/jobs/report_late_runs/run")
    done = await wait_for_result(app_server, "report_late_runs")
    assert done["last_result"].startswith("1 runs are QUEUED since ")
    assert "places are taken" in done["last_result"]
    assert run["id"] in caplog.text


async def test_the_history_is_kept_as_long_as_the_setting_says(app_server: LiveServer, graph_id: str):
    await create(app_server, graph_id)

    def add(tx):
        for due_at in range(1, 1_201):
            tx.execute(
                "INSERT INTO schedule_fires (schedule_key, due_at, status) SELECT key, ?, 'missed' FROM schedules", (due_at,)
            )
        tx.execute("INSERT INTO schedule_fires (schedule_key, due_at, status) SELECT key, 1 << 60, 'missed' FROM schedules")

    await app_server.app.db.write(add)
    await app_server.post("/api/system/jobs/delete_old_fires/run")
    assert (await wait_for_result(app_server, "delete_old_fires"))["last_result"] == "1200 fires left the history"
    assert app_server.app.db.point("SELECT count(*) FROM schedule_fires") == (1,)
