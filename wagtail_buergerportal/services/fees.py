"""What something costs in one commune on one day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from wagtail.models import Site

from .models import Fee


@dataclass(frozen=True, slots=True)
class FeeAmount:
    """One fee as the by-law has it: cents per unit, tax included, in per mille."""

    key: str
    label: str
    amount_cents: int
    tax_permille: int
    posting_key: str


def amounts(*, site: Site, keys: Iterable[str], on: date) -> dict[str, FeeAmount]:
    """The fees of ``site`` named by ``keys`` as valid on the day ``on``; what is not there is absent.

    Where several schedules know a key, the one that began last wins. One query.
    """
    rows = (
        Fee.objects.filter(schedule__site=site, key__in=set(keys), schedule__valid_from__lte=on)
        .filter(Q(schedule__valid_until__isnull=True) | Q(schedule__valid_until__gte=on))
        .order_by("schedule__valid_from", "schedule_id")
    )
    return {fee.key: FeeAmount(fee.key, fee.label, fee.amount_cents, fee.tax_permille, fee.posting_key) for fee in rows}
