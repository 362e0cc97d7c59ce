from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from ..models.settlement import CLOSING
from .classes import OF_LINES, TO_LOOK_AT, RowClass, entries, lines, messages, reports, still_open


@dataclass(frozen=True, slots=True)
class Period:
    """Days from first to last, both included, in local time."""

    first: datetime.date
    last: datetime.date

    def within(self, rows: QuerySet[Any], field: str) -> QuerySet[Any]:
        if field.endswith("_on"):
            return rows.filter(**{f"{field}__range": (self.first, self.last)})
        begin, end = _midnight(self.first), _midnight(self.last + datetime.timedelta(days=1))
        return rows.filter(**{f"{field}__gte": begin, f"{field}__lt": end})

    def before(self, rows: QuerySet[Any], field: str) -> QuerySet[Any]:
        bound = self.first if field.endswith("_on") else _midnight(self.first)
        return rows.filter(**{f"{field}__lt": bound})


@dataclass(frozen=True, slots=True)
class Tile:
    """One class and currency of the period: how many rows, how many still open, signed cents."""

    row_class: RowClass
    count: int
    open: int
    cents: int | None
    currency: str

    @property
    def is_to_look_at(self) -> bool:
        return self.row_class in TO_LOOK_AT


#: The day a row belongs to.
DAY_OF = {"lines": "booked_on", "entries": "created_at", "messages": "received_at", "reports": "imported_at"}


def rows_of(row_class: RowClass, sites: QuerySet[models.Model]) -> tuple[QuerySet[Any], str]:
    """The rows of a class and the name of the field with their day."""
    if row_class == RowClass.MESSAGES:
        return messages(sites), DAY_OF["messages"]
    if row_class == RowClass.REPORTS:
        return reports(sites), DAY_OF["reports"]
    if row_class in OF_LINES:
        return lines(sites).filter(row_class=row_class), DAY_OF["lines"]
    return entries(sites).filter(row_class=row_class), DAY_OF["entries"]


def tiles(sites: QuerySet[models.Model], period: Period) -> list[Tile]:
    """Counts and sums of every class in the period: four queries, whatever there is."""
    found = [
        *_counted(period.within(lines(sites), DAY_OF["lines"])),
        *_counted(period.within(entries(sites), DAY_OF["entries"])),
        *_without_sum(RowClass.MESSAGES, period.within(messages(sites), DAY_OF["messages"])),
        *_reports(period.within(reports(sites), DAY_OF["reports"])),
    ]
    there = {tile.row_class for tile in found}
    empty = [Tile(row_class, 0, 0, 0, "EUR") for row_class in RowClass if row_class not in there]
    order = list(RowClass)
    return sorted([*found, *empty], key=lambda tile: (order.index(tile.row_class), tile.currency))


def open_before(sites: QuerySet[models.Model], period: Period) -> int:
    """Rows from before the period somebody still has to look at."""
    still = still_open()
    counted: tuple[QuerySet[Any], ...] = (
        period.before(lines(sites), DAY_OF["lines"]).filter(still, row_class__in=TO_LOOK_AT),
        period.before(entries(sites), DAY_OF["entries"]).filter(still, row_class__in=TO_LOOK_AT),
        period.before(messages(sites), DAY_OF["messages"]).filter(still),
    )
    return sum(rows.count() for rows in counted)


def _counted(rows: QuerySet[Any]) -> Iterable[Tile]:
    # The decision of each row is a column here, so that the database groups by it and not by a sub-query.
    groups = (
        rows.order_by().values("row_class", "currency", "decided").annotate(n=Count("pk"), cents=Sum("amount_cents"))
    )
    sums: dict[tuple[str, str], list[int]] = {}
    for group in groups:
        total = sums.setdefault((group["row_class"], group["currency"]), [0, 0, 0])
        is_open = group["row_class"] in TO_LOOK_AT and group["decided"] not in CLOSING
        total[0] += group["n"]
        total[1] += group["n"] if is_open else 0
        total[2] += group["cents"]
    return [
        Tile(RowClass(name), count=total[0], open=total[1], cents=total[2], currency=currency)
        for (name, currency), total in sums.items()
    ]


def _without_sum(row_class: RowClass, rows: QuerySet[Any]) -> Iterable[Tile]:
    groups = rows.order_by().values("decided").annotate(n=Count("pk"))
    numbers = [(group["n"], group["n"] if group["decided"] not in CLOSING else 0) for group in groups]
    if numbers:
        yield Tile(row_class, sum(all_ for all_, __ in numbers), sum(open_ for __, open_ in numbers), None, "EUR")


def _reports(rows: QuerySet[Any]) -> Iterable[Tile]:
    difference = Sum(models.F("total_cents") - models.F("lines_cents"))
    for group in rows.order_by().values("currency").annotate(n=Count("pk"), cents=difference):
        yield Tile(RowClass.REPORTS, group["n"], group["n"], group["cents"], group["currency"])


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
