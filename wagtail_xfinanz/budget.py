"""Which day and which budget year an instant belongs to: the calendar year where the municipality is."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from . import conf


def local_day(instant: datetime.datetime) -> datetime.date:
    """The booking day of an aware instant."""
    return instant.astimezone(ZoneInfo(conf.get().TIME_ZONE)).date()


def budget_year(instant: datetime.datetime) -> int:
    """23:30 UTC on New Year's Eve is already the new budget year in Berlin."""
    return local_day(instant).year
