"""What fires when, and what the history says about it."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from autogpt_lite.clock import now_us
from autogpt_lite.errors import GraphValidationError, InvalidInputError, NotFoundError
from autogpt_lite.schedules.store import sql
from autogpt_lite.schedules.types import ScheduleUpdate
from tests.clock import FakeClock, fake_clock, utc

from .world import USER, World, measured_lag, open_world, until

COUNT_STARTED = "SELECT count(*) FROM schedule_fires WHERE status = 'started'"


@pytest.fixture
def clock():
    with fake_clock(utc(2026, 5, 1, 12, 30)) as turned:
        yield turned


@pytest.fixture
async def world(tmp_path: Path, clock: FakeClock):
    async with open_world(tmp_path) as opened:
        yield opened


async def test_a_due_time_starts_one_run_with_the_inputs_of_the_schedule(world: World, clock: FakeClock):
    schedule = await world.add_schedule(await world.add_agent(), inputs={"x": "hello"})
    await world.run_due()
    assert await world.scheduled_runs() == []
    clock.turn(minutes=30)
    await world.run_due()
    await world.run_due()
    [(run_id, _)] = await world.scheduled_runs()
    [fire] = await world.fires(schedule.id)
    assert (fire.status, fire.graph_exec_id, fire.due_at) == ("started", run_id, "2026-05-01T13:00:00+00:00")
    assert bytes(world.app.executions.get_meta(USER, run_id).inputs) == b'{"x":"hello"}'
    shown = world.app.schedules.get_schedule(USER, schedule.id)
    assert (shown.next_run_time, shown.last_graph_exec_id) == ("2026-05-01T14:00:00+00:00", run_id)


async def test_the_timer_wakes_for_a_new_schedule_and_fires_by_itself(world: World, clock: FakeClock):
    world.app.ticker.start()
    await world.add_schedule(await world.add_agent())
    clock.turn(minutes=30)
    world.app.ticker.wake()
    count = "SELECT count(*) FROM graph_executions WHERE source = 'schedule' AND status = 'COMPLETED'"
    await until(lambda: world.app.db.point(count) == (1,))


async def test_a_schedule_stays_on_its_version(world: World, clock: FakeClock):
    graph = await world.add_agent()
    await world.add_schedule(graph)
    await world.app.graphs.update_graph(USER, graph.id, world.app.graphs.get_graph(USER, graph.id))
    clock.turn(minutes=30)
    await world.run_due()
    [(run_id, _)] = await world.scheduled_runs()
    assert world.app.executions.get_meta(USER, run_id).graph_version == 1


# --- after a time in which nobody was there ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"catch_up": "skip"}, [("01T13:00", "missed"), ("01T14:00", "missed"), ("01T15:00", "missed")]),
        ({"catch_up": "once"}, [("01T13:00", "missed"), ("01T14:00", "missed"), ("01T15:00", "started")]),
        ({"catch_up": "all"}, [("01T13:00", "started"), ("01T14:00", "started"), ("01T15:00", "started")]),
        (
            {"catch_up": "all", "catch_up_limit": 2},
            [("01T13:00", "missed"), ("01T14:00", "started"), ("01T15:00", "started")],
        ),
        (
            {"catch_up": "skip", "grace_s": 3600},
            [("01T13:00", "missed"), ("01T14:00", "missed"), ("01T15:00", "started")],
        ),
    ],
)
async def test_catch_up(world: World, clock: FakeClock, policy, expected):
    schedule = await world.add_schedule(await world.add_agent(), overlap="parallel", **policy)
    clock.turn(hours=3)
    await world.run_due()
    assert await world.statuses(schedule.id) == expected
    assert len(await world.scheduled_runs()) == [status for _, status in expected].count("started")
    for fire in await world.fires(schedule.id):
        assert (fire.reason is None) == (fire.status == "started")
    assert world.app.schedules.get_schedule(USER, schedule.id).next_run_time == "2026-05-01T16:00:00+00:00"


async def test_a_year_of_missed_minutes_is_one_run_and_a_short_history(world: World, clock: FakeClock):
    schedule = await world.add_schedule(await world.add_agent(), "* * * * *", grace_s=0)
    clock.turn(days=365, seconds=30)
    await world.run_due()
    fires = await world.fires(schedule.id)
    assert [fire.status for fire in fires] == ["missed"] * (len(fires) - 1) + ["started"]
    assert 50 < len(fires) < 150
    assert fires[0].due_at == "2026-05-01T12:31:00+00:00"
    assert "all times from here to the next" in fires[0].reason


# --- when the run before has not ended ---------------------------------------------------------------------


async def test_overlap_skip_leaves_out_what_is_due_meanwhile(world: World, clock: FakeClock):
    schedule = await world.add_schedule(await world.add_waiting_agent(), inputs={}, overlap="skip")
    for _ in range(2):
        clock.turn(hours=1)
        await world.run_due()
    assert await world.statuses(schedule.id) == [("01T13:00", "started"), ("01T14:00", "skipped")]


async def test_overlap_parallel_starts_beside_it(world: World, clock: FakeClock):
    schedule = await world.add_schedule(await world.add_waiting_agent(), inputs={}, overlap="parallel")
    for _ in range(2):
        clock.turn(hours=1)
        await world.run_due()
    assert await world.statuses(schedule.id) == [("01T13:00", "started"), ("01T14:00", "started")]


async def test_overlap_queue_starts_one_after_the_other_also_after_a_restart(tmp_path: Path, clock: FakeClock):
    async with open_world(tmp_path) as world:
        schedule = await world.add_schedule(await world.add_waiting_agent(), inputs={}, overlap="queue")
        for _ in range(3):
            clock.turn(hours=1)
            await world.run_due()
        assert await world.statuses(schedule.id) == [("01T13:00", "started"), ("01T14:00", "waiting"), ("01T15:00", "waiting")]
    async with open_world(tmp_path) as world:
        world.app.ticker.start()
        for n_started in (2, 3):
            await world.app.executions.stop_run(USER, (await world.scheduled_runs())[-1][0])
            await until(lambda n=n_started: world.app.db.point(COUNT_STARTED) == (n,))
            assert [status for _, status in await world.scheduled_runs()].count("RUNNING") <= 1
        assert [status for _, status in await world.statuses(schedule.id)] == ["started"] * 3


# --- pauses, changes, ends -----------------------------------------------------------------------------------


async def test_while_paused_nothing_fires_and_afterwards_nothing_is_made_up_for(world: World, clock: FakeClock):
    schedule = await world.add_schedule(await world.add_agent())
    paused = await world.app.schedules.pause_schedule(USER, schedule.id)
    assert (paused.is_paused, paused.next_run_time, paused.next_run_times) == (True, "", [])
    clock.turn(hours=5)
    await world.run_due()
    resumed = await world.app.schedules.resume_schedule(USER, schedule.id)
    assert resumed.next_run_time == "2026-05-01T18:00:00+00:00"
    await world.run_due()
    assert await world.fires(schedule.id) == []


async def test_the_pause_of_the_agent_holds_its_schedules_and_the_history_says_so(world: World, clock: FakeClock):
    graph = await world.add_agent()
    schedule = await world.add_schedule(graph)
    await world.app.db.write(lambda tx: world.app.library.set_paused_tx(tx, USER, graph.id, True))
    clock.turn(minutes=30)
    await world.run_due()
    assert await world.statuses(schedule.id) == [("01T13:00", "skipped")]
    assert (await world.fires(schedule.id))[0].reason == "The agent is paused."


async def test_an_edited_schedule_follows_its_new_times(world: World, clock: FakeClock):
    schedule = await world.add_schedule(await world.add_agent())
    given = ScheduleUpdate(cron="45 * * * *", timezone="Asia/Kolkata", inputs={"x": 2})
    edited = await world.app.schedules.edit_schedule(USER, schedule.id, given)
    assert edited.next_run_times[0] == "2026-05-01T18:45:00+05:30"
    clock.turn(minutes=45)
    await world.run_due()
    assert [fire.due_at for fire in await world.fires(schedule.id)] == ["2026-05-01T18:45:00+05:30"]
    assert edited.name == "s"


async def test_g9_a_schedule_goes_with_its_agent_in_one_transaction(world: World, clock: FakeClock):
    ends = (
        lambda graph_id: world.app.graphs.delete_graph(USER, graph_id),
        lambda graph_id: world.app.db.write(lambda tx: world.app.library.remove_entry_tx(tx, USER, graph_id)),
        lambda graph_id: world.app.db.write(lambda tx: world.app.library.set_archived_tx(tx, USER, graph_id, True)),
    )
    for end in ends:
        graph = await world.add_agent()
        schedule = await world.add_schedule(graph)
        await end(graph.id)
        with pytest.raises(NotFoundError):
            world.app.schedules.get_schedule(USER, schedule.id)
    clock.turn(hours=3)
    await world.run_due()
    assert await world.scheduled_runs() == []
    assert world.app.db.point("SELECT count(*) FROM schedule_fires") == (0,)


async def test_no_orphan_can_be_stored_by_any_way(world: World):
    graph = await world.add_agent()
    await world.add_schedule(graph)
    copy = (
        "INSERT INTO schedules (id, user_id, graph_id, graph_version, name, cron, timezone, inputs, credentials, catch_up,"
        " catch_up_limit, grace_s, overlap, created_at, updated_at) SELECT 'copy', user_id, graph_id, graph_version, name, cron,"
        " timezone, inputs, credentials, catch_up, catch_up_limit, grace_s, overlap, 0, 0 FROM schedules"
    )
    for change in ("is_deleted = 1", "is_archived = 1"):
        fresh = await world.add_agent()
        await world.add_schedule(fresh)

        def orphan(tx, change=change, graph_id=fresh.id):
            row = tx.fetch_one("SELECT * FROM schedules WHERE graph_id = ?", (graph_id,))
            tx.execute(f"UPDATE library_agents SET {change} WHERE graph_id = ?", (graph_id,))
            assert tx.fetch_one("SELECT count(*) FROM schedules WHERE graph_id = ?", (graph_id,)) == (0,)
            marks = ", ".join("?" * len(row))
            tx.execute(f"INSERT INTO schedules VALUES ({marks})", row)

        with pytest.raises(apsw.ConstraintError, match="needs an agent"):
            await world.app.db.write(orphan)
    with pytest.raises(apsw.ConstraintError, match="keeps its agent"):
        await world.app.db.write(lambda tx: tx.execute("UPDATE schedules SET graph_id = 'nowhere'"))
    await world.app.db.write(lambda tx: tx.execute(copy + " LIMIT 1"))


async def test_a_run_that_is_refused_since_its_agent_is_gone_takes_what_fired_it_along(world: World, clock: FakeClock, caplog):
    """No trigger of the file has kept these orphans out: they are planted."""
    gone, fine = await world.add_agent(), await world.add_agent()
    orphans = [await world.add_schedule(gone, cron) for cron in ("0 * * * *", "30 * * * *")]
    kept = await world.add_schedule(fine)

    def plant(tx):
        tx.execute("DROP TRIGGER schedules_leave_with_an_agent_put_away")
        tx.execute("UPDATE library_agents SET is_deleted = 1 WHERE graph_id = ?", (gone.id,))

    await world.app.db.write(plant)
    clock.turn(hours=1)
    await world.run_due()
    for orphan in orphans:
        with pytest.raises(NotFoundError):
            world.app.schedules.get_schedule(USER, orphan.id)
    assert await world.statuses(kept.id) == [("01T13:00", "started")]
    assert f"{gone.id} is not in the library of the user {USER}: 2 schedules" in caplog.text


async def test_deleted_credentials_pause_the_schedules_that_use_them(world: World, clock: FakeClock):
    graph = await world.add_agent()
    schedule = await world.add_schedule(graph)
    other = await world.add_schedule(graph)
    stored = '{"key":{"id":"c1","provider":"p","type":"api_key"}}'
    await world.app.db.write(
        lambda tx: tx.execute("UPDATE schedules SET credentials = CAST(? AS BLOB) WHERE id = ?", (stored, schedule.id))
    )
    await world.app.db.write(lambda tx: world.app.schedules.pause_for_credentials_tx(tx, USER, "c1"))
    assert "credentials were deleted" in world.app.schedules.get_schedule(USER, schedule.id).paused_reason
    assert not world.app.schedules.get_schedule(USER, other.id).is_paused


async def test_what_cannot_begin_any_more_is_refused_once_and_paused_with_the_reason(world: World, clock: FakeClock, monkeypatch):
    schedule = await world.add_schedule(await world.add_agent(), "* * * * *")

    async def refuse(*args, **more):
        raise GraphValidationError(node_errors={"n": {"value": "is gone"}})

    monkeypatch.setattr(world.app.executions, "start_graph", refuse)
    clock.turn(minutes=1)
    await world.run_due()
    clock.turn(minutes=5)
    await world.run_due()
    [fire] = await world.fires(schedule.id)
    assert (fire.status, fire.graph_exec_id) == ("refused", None)
    assert "is gone" in fire.reason
    shown = world.app.schedules.get_schedule(USER, schedule.id)
    assert (shown.is_paused, shown.paused_reason) == (True, fire.reason)


async def test_a_fault_in_one_start_is_noted_and_harms_no_other_schedule(world: World, clock: FakeClock, monkeypatch):
    graph, other = await world.add_agent(), await world.add_agent()
    schedule, fine = await world.add_schedule(graph), await world.add_schedule(other)
    start = world.app.executions.start_graph

    async def break_one(user_id, graph_id, *args, **more):
        if graph_id == graph.id:
            raise RuntimeError("a bug")
        return await start(user_id, graph_id, *args, **more)

    monkeypatch.setattr(world.app.executions, "start_graph", break_one)
    clock.turn(hours=1)
    await world.run_due()
    assert await world.statuses(schedule.id) == [("01T13:00", "refused")]
    assert await world.statuses(fine.id) == [("01T13:00", "started")]
    assert not world.app.schedules.get_schedule(USER, schedule.id).is_paused


async def test_inputs_and_versions_that_could_not_run_are_refused_when_the_schedule_is_made(world: World):
    graph = await world.add_agent()
    with pytest.raises(GraphValidationError):
        await world.add_schedule(graph, inputs={})
    with pytest.raises(NotFoundError):
        await world.add_schedule(graph, graph_version=7)
    with pytest.raises(InvalidInputError, match="the minute 61"):
        await world.add_schedule(graph, "61 * * * *")
    assert world.app.db.point("SELECT count(*) FROM schedules") == (0,)


@pytest.mark.parametrize("count", [2_000, pytest.param(10_000, marks=pytest.mark.slow)])
async def test_thousands_due_in_one_second_start_in_order_while_others_are_answered(world: World, clock: FakeClock, count: int):
    graph = await world.add_agent()
    first = await world.add_schedule(graph)

    def copy(tx):
        columns = [row[1] for row in tx.fetch_all("PRAGMA table_info(schedules)") if row[1] not in ("key", "id")]
        names = ", ".join(columns)
        for number in range(count - 1):
            tx.execute(
                f"INSERT INTO schedules (id, {names}) SELECT ?, {names} FROM schedules WHERE id = ?", (f"{number:05}", first.id)
            )

    await world.app.db.write(copy)
    clock.turn(minutes=30)
    async with measured_lag() as worst_s:
        await world.run_due()
    assert worst_s[0] < 0.1
    order = "SELECT f.schedule_key FROM schedule_fires f JOIN graph_executions g ON g.uuid = f.graph_exec_id ORDER BY g.id"
    keys = [key for (key,) in await world.app.db.fetch_all(order)]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys)) == count


async def test_a_hundred_thousand_schedules_cost_one_look_at_an_index(world: World):
    first = await world.add_schedule(await world.add_agent())

    def copy(tx):
        columns = [row[1] for row in tx.fetch_all("PRAGMA table_info(schedules)") if row[1] not in ("key", "id")]
        names = ", ".join(columns)
        numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
        tx.execute(f"{numbers} INSERT INTO schedules (id, {names}) SELECT i, {names} FROM n, schedules WHERE id = ?", (first.id,))

    await world.app.db.write(copy)
    steps: list[None] = []
    connection = world.app.db.loop_connection
    connection.set_progress_handler(lambda: steps.append(None) is not None, 1)
    try:
        world.app.db.point(sql.earliest_due)
        connection.execute(sql.list_due, {"now": now_us(), "limit": 40}).fetchall()
    finally:
        connection.set_progress_handler(None)
    assert 0 < len(steps) < 200


async def test_a_schedule_whose_zone_is_gone_is_paused_and_harms_no_other(world: World, clock: FakeClock):
    graph = await world.add_agent()
    odd, fine = await world.add_schedule(graph), await world.add_schedule(graph)
    await world.app.db.write(lambda tx: tx.execute("UPDATE schedules SET timezone = 'Mars/Base' WHERE id = ?", (odd.id,)))
    clock.turn(minutes=30)
    await world.run_due()
    shown = world.app.schedules.get_schedule(USER, odd.id)
    assert (shown.is_paused, "is not a time zone" in shown.paused_reason) == (True, True)
    assert await world.statuses(fine.id) == [("01T13:00", "started")]
