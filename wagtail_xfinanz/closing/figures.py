"""All figures of a day as plain data: kept in the closing, shown on its page and printed in its document."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import QuerySet

from wagtail_epayment.models import LedgerEntry

from ..models import DailyClosing, FinanceTenant
from . import booked, posted, reported
from .difference import Code


def figures_of(
    tenant: FinanceTenant,
    day: datetime.date,
    *,
    entries: QuerySet[LedgerEntry],
    previous: DailyClosing | None,
) -> dict[str, Any]:
    """Compare everything; the same queries however much there is. ``previous`` is the closing before this one."""
    entries = booked.at_hand(entries)
    late = booked.late(entries, day)
    lines = reported.lines_of_day(tenant, day)
    since = previous.prepared_at if previous else None
    records = posted.records_of(entries)
    earlier = LedgerEntry.objects.filter(closing_entry__closing__tenant=tenant, closing_entry__closing__day__lt=day)
    return {
        "tenant": {"number": tenant.number, "name": tenant.name},
        "day": day.isoformat(),
        "currency": "EUR",
        "ledger": {
            **booked.sums(entries),
            "late": booked.sums(late),
            "kinds": booked.by_kind(entries),
            "digest": booked.digest(entries),
        },
        "ways": reported.by_way(entries),
        "reports": reported.by_source(lines),
        "bank": reported.bank(lines),
        "batches": posted.by_batch(records),
        "answers": posted.answers(records),
        "differences": [
            *reported.of_entries(Code.LATE_ENTRY, late),
            *reported.differences(tenant, day, entries=entries, since=since),
            *posted.differences(entries, earlier=earlier),
        ],
    }
