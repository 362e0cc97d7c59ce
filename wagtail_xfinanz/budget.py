"""Which day and which budget year an instant belongs to: the calendar year where the municipality is."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from . import conf


def local_day(instant: datetime.datetime) -> datetime.date:
    """The booking day of an aware instant."""
    return instant.astimezone(ZoneInfo(conf.get().TIME_ZONE)).date()


def budget_year(instant: datetime.datetime, *, closed_year: int | None = None) -> int:
    """The year a payment is posted in: that of its day, or the first one whose books are still open.

    23:30 UTC on New Year's Eve is already the new budget year in Berlin.
    """
    year = local_day(instant).year
    return year if closed_year is None else max(year, closed_year + 1)


def end_of(day: datetime.date) -> datetime.datetime:
    """The last instant of a booking day, for a cut-off that leaves the day whole."""
    return datetime.datetime.combine(day, datetime.time.max, tzinfo=ZoneInfo(conf.get().TIME_ZONE))
