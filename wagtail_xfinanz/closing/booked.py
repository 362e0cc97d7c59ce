"""The ledger entries a closing is about, summed up."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django.db.models import Count, QuerySet, Sum

from wagtail_epayment.models import LedgerEntry

from ..budget import end_of, local_day
from ..models import DailyClosing, FinanceTenant

_NAMED_AT_MOST = 5000
"""Databases take only so many parameters, and some questions name the entries several times."""
_ONE = datetime.timedelta(days=1)


def unassigned(tenant: FinanceTenant, day: datetime.date) -> QuerySet[LedgerEntry]:
    """Entries up to the end of the day that no closing has."""
    entries = LedgerEntry.objects.filter(order__site=tenant.site_id, occurred_at__lte=end_of(day))
    return entries.filter(closing_entry=None)


def at_hand(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """The same entries, named one by one unless there are very many: figures then need not search the ledger again."""
    pks = list(entries.order_by().values_list("pk", flat=True)[: _NAMED_AT_MOST + 1])
    return entries if len(pks) > _NAMED_AT_MOST else LedgerEntry.objects.filter(pk__in=pks)


def entries_of(closing: DailyClosing) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(closing_entry__closing=closing)


def late(entries: QuerySet[LedgerEntry], day: datetime.date) -> QuerySet[LedgerEntry]:
    """Those of them that belong to an earlier day."""
    return entries.filter(occurred_at__lte=end_of(day - _ONE))


def sums(entries: QuerySet[LedgerEntry]) -> dict[str, int]:
    found = entries.order_by().aggregate(count=Count("pk"), cents=Sum("amount_cents", default=0))
    return {"count": found["count"], "cents": found["cents"]}


def by_kind(entries: QuerySet[LedgerEntry]) -> list[dict[str, Any]]:
    rows = entries.order_by("kind").values("kind").annotate(count=Count("pk"), cents=Sum("amount_cents"))
    return [dict(row) for row in rows]


def digest(entries: QuerySet[LedgerEntry]) -> str:
    """SHA-256 over number, kind and cents of every entry, so that none can be exchanged for another."""
    found = hashlib.sha256()
    rows = entries.order_by("pk").values_list("pk", "kind", "amount_cents", "currency")
    for row in rows.iterator(chunk_size=5000):
        found.update("\x1f".join(map(str, row)).encode() + b"\n")
    return found.hexdigest()


def text_of(entry: LedgerEntry) -> str:
    """How an entry is called as evidence; needs ``order``."""
    return f"{local_day(entry.occurred_at):%d.%m.%Y} · {entry.order.reference} · {entry.provider_ref}"
