"""Money a provider paid out with others in one sum: a credit of its own is never that money, but a second payment."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ..models import LineKind, MatchClass, SettlementLine, WhyOpen
from .batches import lock_site
from .transfer import names_no_payment

#: A provider's report comes within so many days after the money.
_DAYS = 92


def in_payouts() -> QuerySet[SettlementLine]:
    """Lines of providers' reports about payments whose money came in a payout."""
    payouts = SettlementLine.objects.filter(report=OuterRef("report"), kind=LineKind.PAYOUT)
    lines = SettlementLine.objects.filter(report__contract__isnull=False, kind=LineKind.PAYMENT, entry__isnull=False)
    return lines.filter(Exists(payouts) | Q(explains__isnull=False))


@transaction.atomic
def reopen_credits(site_id: int) -> int:
    """Open the credits that were taken for money of which a report says now that it came in a payout.

    What a person has decided stays, and what names the payment itself. Locks the site against comparisons. Returns
    how many.
    """
    lock_site(site_id)
    told = in_payouts().filter(entry=OuterRef("entry"))
    since = timezone.localdate() - datetime.timedelta(days=_DAYS)
    credits = SettlementLine.objects.filter(
        Exists(told), report__site=site_id, report__contract=None, kind=LineKind.PAYMENT, why="", batch_key="",
        booked_on__gte=since, decisions=None,
    )  # fmt: skip
    found = [line for line in credits.select_related("attempt") if names_no_payment(line)]
    for line in found:
        line.order_id = line.attempt.order_id if line.attempt else line.order_id
        line.match, line.why, line.note = MatchClass.UNKNOWN, WhyOpen.NOTHING_DUE, ""
        line.attempt, line.entry, line.matched_at = None, None, None
        line.save(update_fields=["match", "why", "note", "order", "attempt", "entry", "matched_at"])
    return len(found)
