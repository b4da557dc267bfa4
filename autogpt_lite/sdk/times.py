"""The time of day where the user is."""

from __future__ import annotations

from datetime import datetime

from .. import clock
from ..errors import BlockInputError


def now(timezone: str = "UTC") -> datetime:
    """The present as an aware datetime in a time zone, an IANA name. Raises BlockInputError for an unknown zone."""
    utc = clock.to_datetime(clock.now_us())
    if timezone in ("UTC", "", "not-set"):  # "not-set" is AutoGPT's word for a user who chose none
        return utc
    from zoneinfo import ZoneInfo

    try:
        zone = ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:  # ValueError: "../x"; OSError: the name of a folder of zones
        raise BlockInputError(f"There is no time zone {timezone[:60]!r}.") from error
    return utc.astimezone(zone)
