"""When schedules fire: judged by cronsim, an independent reading of Debian's cron, and by what people expect of a clock change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt_lite.errors import InvalidInputError
from autogpt_lite.schedules.cron import ALIASES, find_zone, fires_after, next_fire, parse_cron
from tests.clock import us, utc

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Sydney"]
YEARS = (utc(2026, 1, 1), utc(2028, 1, 1))
CHANGES = [utc(2026, 3, 8), utc(2026, 3, 29), utc(2026, 4, 5), utc(2026, 10, 4), utc(2026, 10, 25), utc(2026, 11, 1)]

FIXED = ["0 2 * * *", "30 2 * * *", "30 1 * * *", "0 3 * * *", "15,45 1,2,3 * * *", "0 9 * * MON-FRI", "0 0 13 * FRI", "@monthly"]
HOURLY = ["0 * * * *", "30 */2 * * *"]
DENSE = ["*/15 * * * *", "* * * * *"]


def ours(text: str, zone: str, start: datetime, end: datetime) -> list[int]:
    found = fires_after(parse_cron(text), find_zone(zone), us(start))
    return list(takewhile(lambda at: at < us(end), found))


def theirs(text: str, zone: str, start: datetime, end: datetime) -> list[int]:
    cronsim = pytest.importorskip("cronsim")
    found = []
    for at in cronsim.CronSim(ALIASES.get(text, text), start.astimezone(find_zone(zone))):
        if at >= end:
            return found
        if found[-1:] != [us(at)]:  # two times of one gap fall on the same minute
            found.append(us(at))
    return found


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("text", FIXED + HOURLY)
def test_two_years_with_all_clock_changes_are_as_cronsim_has_them(text, zone):
    assert ours(text, zone, *YEARS) == theirs(text, zone, *YEARS) != []


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("text", DENSE)
def test_around_each_change_what_repeats_within_hours_is_as_cronsim_has_it(text, zone):
    for change in CHANGES:
        span = change - timedelta(hours=20), change + timedelta(hours=44)
        assert ours(text, zone, *span) == theirs(text, zone, *span) != []


def local(times: list[int], zone: str) -> list[str]:
    return [datetime.fromtimestamp(at // 1_000_000, find_zone(zone)).strftime("%d %H:%M %z") for at in times]


def test_a_fixed_time_fires_once_in_the_hour_that_is_repeated():
    day = utc(2026, 10, 24, 22), utc(2026, 10, 26)
    assert local(ours("30 2 * * *", "Europe/Berlin", *day), "Europe/Berlin") == ["25 02:30 +0200"]
    assert len(ours("*/20 2 * * *", "Europe/Berlin", *day)) == 3


def test_a_fixed_time_that_the_clock_leaves_out_fires_at_the_next_valid_minute():
    day = utc(2026, 3, 28, 23), utc(2026, 3, 29, 12)
    assert local(ours("30 2 * * *", "Europe/Berlin", *day), "Europe/Berlin") == ["29 03:00 +0200"]
    # All times in the gap fall on that minute, which is one fire.
    assert local(ours("*/20 2 * * *", "Europe/Berlin", *day), "Europe/Berlin") == ["29 03:00 +0200"]


def test_what_runs_every_quarter_of_an_hour_goes_on_doing_so_through_both_changes():
    for change in (utc(2026, 3, 29), utc(2026, 10, 25)):
        found = ours("*/15 * * * *", "Europe/Berlin", change - timedelta(hours=6), change + timedelta(hours=6))
        assert {b - a for a, b in pairwise(found)} == {900_000_000}


def test_a_zone_that_moves_by_half_an_hour_keeps_full_hours():
    found = ours("0 * * * *", "Australia/Lord_Howe", utc(2026, 4, 4, 12), utc(2026, 4, 4, 18))
    assert [text[3:8] for text in local(found, "Australia/Lord_Howe")] == ["00:00", "01:00", "02:00", "03:00", "04:00"]


G7 = {
    "* * * * * *": "6 fields",
    "* * * *": "4 fields",
    "": "0 fields",
    "0 0 1 1 * 9999": "6 fields",
    "*/0 * * * *": "the minute '*/0': a step of 0",
    "60 * * * *": "the minute 60 is not between 0 and 59",
    "0 24 * * *": "the hour 24 is not between 0 and 23",
    "0 0 0 * *": "the day of the month 0 is not between 1 and 31",
    "0 0 * 13 *": "the month 13 is not between 1 and 12",
    "0 0 * * 8": "the day of the week 8 is not between 0 and 7",
    "0 0 * FOO *": "the month 'FOO' is not known",
    "0 0 31 2 *": "does not come in the month 2",
    "0 0 31 4,6 *": "does not come in the month 4,6",
    "0 0 L * *": "the day of the month 'L' is not known",
    "0 0 * * MON#2": "the day of the week 'MON#2' is not",
    "R R * * *": "the minute 'R' is not known",
    "0 0 * * FRI-MON": "ends before it begins",
    "1,,2 * * * *": "the minute '' is not",
    "-1 * * * *": "the minute '-1' is not",
    "٣ * * * *": "the minute '٣' is not",
    "0 99999999999999999999 * * *": "the hour",
    "@reboot": "'@reboot' is not known",
    "* " * 5_000: "longer than 200",
}


@pytest.mark.parametrize(("text", "reason"), G7.items(), ids=[text[:20] or "empty" for text in G7])
def test_g7_a_bad_expression_is_refused_with_the_field_and_the_reason(text, reason):
    with pytest.raises(InvalidInputError) as caught:
        parse_cron(text)
    assert caught.value.message.startswith("cron: ")
    assert reason in caught.value.message
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    "name",
    [
        "Mars/Base",
        "../../etc/localtime",
        "/etc/localtime",
        "Europe",
        "posix/UTC",
        "right/UTC",
        "localtime",
        "",
        "\0",
        "x" * 10_000,
        "UTC ",
    ],
)
def test_g7_a_bad_zone_is_refused_and_never_a_path(name):
    with pytest.raises(InvalidInputError, match="timezone: "):
        find_zone(name)


def test_zones_of_all_forms_are_found():
    for name in ("UTC", "Etc/GMT+5", "America/Argentina/Ushuaia", "America/Port-au-Prince", "EST5EDT"):
        assert find_zone(name).key == name


def test_names_and_sundays_in_all_their_forms():
    weekend = ours("0 0 * * SAT-SUN", "UTC", utc(2026, 1, 1), utc(2026, 2, 1))
    assert weekend == ours("0 0 * * 6,0", "UTC", utc(2026, 1, 1), utc(2026, 2, 1))
    assert weekend == ours("0 0 * * 6-7", "UTC", utc(2026, 1, 1), utc(2026, 2, 1))
    assert ours("0 0 1 jan,JUL *", "UTC", *YEARS) == ours("0 0 1 1,7 *", "UTC", *YEARS)


def test_day_and_weekday_are_either_or_unless_one_begins_with_a_star():
    january = utc(2026, 1, 1) - timedelta(seconds=1), utc(2026, 2, 1)
    for text in ("0 0 1-31 * MON", "0 0 13 * FRI", "0 0 13 * 0-6", "0 0 */2 * MON", "0 0 1-7 * */2", "0 0 */31 * 0-7"):
        assert ours(text, "UTC", *january) == theirs(text, "UTC", *january), text


def test_the_29th_of_february_waits_for_its_year_also_past_2100():
    assert next_fire(parse_cron("0 0 29 2 *"), find_zone("UTC"), us(utc(2097, 1, 1))) == us(utc(2104, 2, 29))


def test_near_the_end_of_time_there_is_no_next_time_instead_of_an_error():
    for year in (8999, 9500, 9999):
        assert list(islice(fires_after(parse_cron("0 0 29 2 *"), find_zone("Europe/Berlin"), us(utc(year, 12, 31))), 3)) == []


def fields() -> st.SearchStrategy[str]:
    def field(low: int, high: int) -> st.SearchStrategy[str]:
        number = st.integers(low, high)
        # A range of one value with a step is the one thing that cronsim reads differently (as if it went on to the end).
        span = st.lists(number, min_size=2, max_size=2, unique=True).map(lambda two: f"{min(two)}-{max(two)}")
        step = st.integers(1, high)
        item = st.one_of(st.just("*"), number.map(str), span, st.builds("{}/{}".format, st.one_of(st.just("*"), span), step))
        return st.lists(item, min_size=1, max_size=3).map(",".join)

    return st.tuples(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6)).map(" ".join)


@given(fields(), st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)))
def test_any_expression_in_utc_fires_as_cronsim_says(text, start):
    cronsim = pytest.importorskip("cronsim")
    start = start.replace(tzinfo=UTC)
    expected = [us(at) for at in islice(cronsim.CronSim(text, start), 10)]
    assert list(islice(fires_after(parse_cron(text), find_zone("UTC"), us(start)), 10)) == expected


@given(fields(), st.sampled_from([*ZONES, "Australia/Lord_Howe", "Africa/Casablanca"]), st.integers(0, 3 * 366 * 24 * 60))
def test_the_next_time_is_always_later_and_a_whole_minute_that_the_zone_has(text, zone, minutes):
    after = us(utc(2026, 1, 1)) + minutes * 60_000_000 + 1
    found = list(islice(fires_after(parse_cron(text), find_zone(zone), after), 5))
    assert found == sorted(set(found))
    assert found[0] > after
    assert all(at % 60_000_000 == 0 for at in found)


@given(
    st.text(max_size=40) | st.lists(st.sampled_from(["*", "0", "7", "-", "/", ",", "MON", "@", " "]), max_size=15).map("".join)
)
def test_any_text_is_an_expression_that_fires_or_an_error_of_ours(text):
    try:
        cron = parse_cron(text)
    except InvalidInputError:
        return
    assert next_fire(cron, find_zone("UTC"), us(utc(2026, 1, 1))) is not None
