"""Which days of a tenant are closed, and which are not."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, Q
from django.utils import timezone

from .. import conf
from ..budget import local_day
from ..models import ClosingState, DailyClosing, FinanceTenant

ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """A day in the list; without ``closing`` it is open."""

    day: datetime.date
    closing: DailyClosing | None = None


@dataclass(frozen=True, slots=True)
class Unclosed:
    """How many days before today nobody has signed, and the first of them."""

    tenant: FinanceTenant
    count: int
    oldest: datetime.date


def first_day(tenant: FinanceTenant) -> datetime.date:
    """The first day that has to be closed: the setting's, else that of the tenant's creation."""
    setting = conf.get().CLOSING_FROM
    return datetime.date.fromisoformat(setting) if setting else local_day(tenant.created_at)


def days(tenant: FinanceTenant, *, shown: int) -> list[Day]:
    """The last days up to today, newest first; one query."""
    today, first = local_day(timezone.now()), first_day(tenant)
    since = max(first, today - (shown - 1) * ONE_DAY)
    rows = tenant.closings.filter(day__gte=since).select_related("prepared_by", "signed_by").defer("pdf", "figures")
    closings = {row.day: row for row in rows}
    count = max((today - since).days + 1, 0)
    return [Day(day, closings.get(day)) for day in (today - step * ONE_DAY for step in range(count))]


def unclosed(tenants: Iterable[FinanceTenant]) -> list[Unclosed]:
    """Tenants with days that should be closed by now; one query for all. Today itself is not late yet."""
    found = list(tenants)
    signed = Count("pk", filter=Q(state=ClosingState.SIGNED))
    last = Max("day", filter=Q(state=ClosingState.SIGNED))
    today = local_day(timezone.now())
    rows = DailyClosing.objects.filter(tenant__in=found, day__lt=today).order_by()
    counted = rows.values("tenant").annotate(signed=signed, last=last).values_list("tenant", "signed", "last")
    done = {tenant: (number, day) for tenant, number, day in counted}
    late = []
    for tenant in found:
        signed_days, last_day = done.get(tenant.pk, (0, None))
        count = (today - first_day(tenant)).days - signed_days
        if count > 0:
            late.append(Unclosed(tenant, count, last_day + ONE_DAY if last_day else first_day(tenant)))
    return late
