"""What a service costs in one commune on one day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from wagtail.models import Site

from .models import Fee


@dataclass(frozen=True, slots=True)
class FeeAmount:
    """A fee as the by-law of the day says; ``amount_cents`` includes tax."""

    key: str
    label: str
    amount_cents: int
    tax_permille: int
    posting_key: str


def amounts(*, site: Site, keys: Iterable[str], on: datetime.date) -> dict[str, FeeAmount]:
    """The commune's fees by key on that day, in one query. A key no valid schedule has is absent.

    Where several schedules are valid, the one that began last wins.
    """
    valid = Q(schedule__valid_until__isnull=True) | Q(schedule__valid_until__gte=on)
    rows = Fee.objects.filter(valid, schedule__site=site, schedule__valid_from__lte=on, key__in=list(keys))
    return {
        fee.key: FeeAmount(fee.key, fee.label, fee.amount_cents, fee.tax_permille, fee.posting_key)
        for fee in rows.order_by("schedule__valid_from", "schedule_id")
    }
