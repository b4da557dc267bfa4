"""The date and the time of day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from autogpt_lite.sdk import Block, BlockInput, BlockInputError, BlockOutput, RunContext, now, pin

MAX_FORMAT_CHARS = 1_000

Timezone = Literal[
    "UTC", "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver", "America/Chicago",
    "America/New_York", "America/Caracas", "America/Sao_Paulo", "America/St_Johns", "Atlantic/South_Georgia", "Atlantic/Azores",
    "Europe/London", "Europe/Paris", "Europe/Athens", "Europe/Moscow", "Asia/Tehran", "Asia/Dubai", "Asia/Kabul", "Asia/Karachi",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Yangon", "Asia/Bangkok", "Asia/Shanghai", "Australia/Eucla",
    "Asia/Tokyo", "Australia/Adelaide", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Noumea", "Pacific/Auckland",
    "Pacific/Chatham", "Pacific/Tongatapu", "Pacific/Kiritimati", "Etc/GMT-12", "Etc/GMT+12",
]  # fmt: skip


class _Format(msgspec.Struct, frozen=True, kw_only=True, tag_field="discriminator"):
    """How a moment is written. The tag and the field names are AutoGPT's; agent files hold them."""


class TimeStrftimeFormat(_Format, tag="strftime"):
    format: str = "%H:%M:%S"
    timezone: Timezone = "UTC"
    use_user_timezone: bool = False


class TimeISO8601Format(_Format, tag="iso8601"):
    timezone: Timezone = "UTC"
    use_user_timezone: bool = False
    include_microseconds: bool = False


class DateStrftimeFormat(_Format, tag="strftime"):
    format: str = "%Y-%m-%d"
    timezone: Timezone = "UTC"
    use_user_timezone: bool = False


class DateISO8601Format(_Format, tag="iso8601"):
    timezone: Timezone = "UTC"
    use_user_timezone: bool = False


class StrftimeFormat(_Format, tag="strftime"):
    format: str = "%Y-%m-%d %H:%M:%S"
    timezone: Timezone = "UTC"
    use_user_timezone: bool = False


class ISO8601Format(_Format, tag="iso8601"):
    timezone: Timezone = "UTC"
    use_user_timezone: bool = False
    include_microseconds: bool = False


class GetCurrentTimeBlock(Block):
    id = "a892b8d9-3e4e-4e9c-9c1e-75f8efcf1bfa"
    description = "Gives the time of day."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        trigger: str = pin(description="Any text; its arrival asks for the time.")
        format_type: TimeStrftimeFormat | TimeISO8601Format = pin(
            TimeStrftimeFormat(), description="How the time is written, and in which time zone."
        )

    class Output(BlockOutput):
        time: str = pin(description="The time of day.")

    def run(self, input, ctx):
        how = input.format_type
        moment = _now(how, ctx)
        if isinstance(how, TimeISO8601Format):
            # A time alone knows no offset: that depends on the day where there is summer time.
            yield "time", moment.isoformat(timespec=_precision(how)).partition("T")[2]
        else:
            yield "time", _strftime(moment, how.format)


class GetCurrentDateBlock(Block):
    id = "b29c1b50-5d0e-4d9f-8f9d-1b0e6fcbf0b1"
    description = "Gives the date of today, or of some days ago."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        trigger: str = pin(description="Any text; its arrival asks for the date.")
        offset: int | str = pin(0, description="How many days ago; a negative number is in the future.")
        format_type: DateStrftimeFormat | DateISO8601Format = pin(
            DateStrftimeFormat(), description="How the date is written, and in which time zone."
        )

    class Output(BlockOutput):
        date: str = pin(description="The date.")

    def run(self, input, ctx):
        how = input.format_type
        moment = _days_ago(_now(how, ctx), input.offset)
        if isinstance(how, DateISO8601Format):
            yield "date", moment.date().isoformat()
        else:
            yield "date", _strftime(moment, how.format)


class GetCurrentDateAndTimeBlock(Block):
    id = "716a67b3-6760-42e7-86dc-18645c6e00fc"
    description = "Gives the date and the time of day."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        trigger: str = pin(description="Any text; its arrival asks for the time.")
        format_type: StrftimeFormat | ISO8601Format = pin(
            StrftimeFormat(), description="How date and time are written, and in which time zone."
        )

    class Output(BlockOutput):
        date_time: str = pin(description="The date and the time of day.")

    def run(self, input, ctx):
        how = input.format_type
        moment = _now(how, ctx)
        if isinstance(how, ISO8601Format):
            yield "date_time", moment.isoformat(timespec=_precision(how))
        else:
            yield "date_time", _strftime(moment, how.format)


def _now(how: Any, ctx: RunContext) -> datetime:
    return now(ctx.timezone if how.use_user_timezone else how.timezone)


def _precision(how: Any) -> str:
    return "microseconds" if how.include_microseconds else "seconds"


def _days_ago(moment: datetime, offset: int | str) -> datetime:
    try:
        return moment - timedelta(days=int(offset or 0))
    except ValueError:
        raise BlockInputError(f"{str(offset)[:60]!r} is no number of days.") from None
    except OverflowError:
        raise BlockInputError("That many days away there is no date.") from None


def _strftime(moment: datetime, pattern: str) -> str:
    if len(pattern) > MAX_FORMAT_CHARS:
        raise BlockInputError(f"The format is longer than {MAX_FORMAT_CHARS:,} characters.")
    try:
        return moment.strftime(pattern)
    except ValueError as error:
        raise BlockInputError(f"The format cannot be used: {error}") from None
