"""Finding the order behind what somebody has in hand: a Kassenzeichen, a reference of a payment service, an amount."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from wagtail_epayment.models import LedgerEntry, PaymentAttempt, PaymentOrder, SettlementLine

from ..budget import end_of

SHOWN = 50


def find_orders(
    sites: QuerySet[Any], *, text: str = "", cents: int | None = None, day: datetime.date | None = None
) -> list[PaymentOrder]:
    """Orders of these sites, newest first, one more than ``SHOWN`` if there are more. Empty without anything to find.

    ``text``: Kassenzeichen or its beginning, number of the errand, reference or transaction number of a payment
    service. ``cents`` and ``day``: of one and the same ledger entry, whichever way it moved.
    """
    orders = PaymentOrder.objects.filter(site__in=sites)
    if text:
        orders = orders.filter(_named(text))
    if cents is not None or day is not None:
        orders = orders.filter(pk__in=_moved(cents, day).values("order"))
    elif not text:
        return []
    return list(orders.select_related("site").order_by("-created_at")[: SHOWN + 1])


def _named(text: str) -> Q:
    by_provider: Iterable[QuerySet[Any]] = (
        PaymentAttempt.objects.filter(Q(provider_ref=text) | Q(merchant_tx_id=text)).values("order"),
        LedgerEntry.objects.filter(provider_ref=text).order_by().values("order"),
        SettlementLine.objects.filter(Q(provider_ref=text) | Q(payment_ref=text), order__isnull=False).values("order"),
    )
    found = Q(reference__startswith=text) | Q(external_id=text)
    for orders in by_provider:
        found |= Q(pk__in=orders)
    return found


def _moved(cents: int | None, day: datetime.date | None) -> QuerySet[LedgerEntry]:
    entries = LedgerEntry.objects.order_by()
    if cents is not None:
        entries = entries.filter(amount_cents__in=(cents, -cents))
    if day is not None:
        before = end_of(day - datetime.timedelta(days=1))
        entries = entries.filter(occurred_at__gt=before, occurred_at__lte=end_of(day))
    return entries
