"""What was missed: found quickly, and the same as by looking at every minute."""

from __future__ import annotations

from itertools import takewhile

from hypothesis import given, settings
from hypothesis import strategies as st

from autogpt_lite.schedules.catch_up import MAX_LISTED, last_fires, plan_fires
from autogpt_lite.schedules.cron import find_zone, fires_after, parse_cron
from autogpt_lite.schedules.types import StoredSchedule
from tests.clock import us, utc

ZONE = find_zone("Europe/Berlin")
START = us(utc(2026, 3, 20))
MINUTE, DAY = 60_000_000, 86_400_000_000

crons = st.sampled_from(["* * * * *", "*/7 * * * *", "30 2 * * *", "0 */3 * * *", "@weekly", "0 0 1 1 *"])
absences = st.integers(0, 20 * 24 * 60).map(lambda minutes: minutes * MINUTE)


def all_times(cron: str, until: int) -> list[int]:
    return list(takewhile(lambda at: at < until, fires_after(parse_cron(cron), ZONE, START - 1)))


def schedule(cron: str, **policy) -> StoredSchedule:
    columns = dict.fromkeys(StoredSchedule.__struct_fields__)
    first = next(fires_after(parse_cron(cron), ZONE, START - 1))
    return StoredSchedule(**{**columns, "cron": cron, "next_due_at": first, "grace_s": 60, "catch_up_limit": 10, **policy})


@given(crons, absences, st.integers(1, 300))
@settings(max_examples=40)
def test_the_last_times_of_an_absence_are_those_that_a_look_at_all_finds(cron, absence, limit):
    expected = all_times(cron, START + absence)[-limit:]
    assert last_fires(parse_cron(cron), ZONE, START, START + absence, limit) == expected


@given(crons, absences, st.sampled_from(["skip", "once", "all"]), st.integers(1, 200), st.integers(0, 86_400))
@settings(max_examples=40)
def test_every_due_time_is_either_fired_or_missed_and_what_follows_is_in_the_future(cron, absence, catch_up, limit, grace_s):
    one = schedule(cron, catch_up=catch_up, catch_up_limit=limit, grace_s=grace_s)
    now = START + absence
    plan = plan_fires(one, parse_cron(cron), ZONE, now)
    due = all_times(cron, now + 1)
    handled = [at for at, _ in plan.missed] + plan.to_fire
    assert handled == sorted(set(handled))
    assert plan.next_due_at > now
    assert set(handled) <= set(due)
    assert set(due[-MAX_LISTED:]) <= set(handled)
    assert not due or handled[0] == due[0]
    assert {at for at in due if at >= now - grace_s * 1_000_000} <= set(plan.to_fire)
    if due and catch_up != "skip":
        assert plan.to_fire[-1] == due[-1]


def test_ten_years_of_minutes_are_looked_through_at_once():
    one = schedule("* * * * *", catch_up="all", catch_up_limit=1000)
    fires_after_before = START + 3650 * DAY
    plan = plan_fires(one, parse_cron("* * * * *"), ZONE, fires_after_before)
    assert len(plan.to_fire) <= 1002
    assert len(plan.missed) == 1
