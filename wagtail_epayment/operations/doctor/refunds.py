"""What was given back is in the ledger, once, and never more than was paid."""

from __future__ import annotations

import datetime

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from ...models import EntryKind, LedgerEntry, PaymentAttempt, Refund, RefundState
from ...transitions import REFUND_CLAIMS
from .base import Found, Here, invariant

_BACK = (EntryKind.REFUND, EntryKind.REFUND_REVERSAL)
#: A provider that has not said in this time what became of a refund has to be asked by a person.
_DAYS = 3


@invariant(
    "refunds.not_as_booked",
    wrong="The refunds of a payment and the ledger name different amounts.",
    do="Compare both with the provider's own list; the poller books what a lost answer left out.",
)
def not_as_booked(here: Here) -> Found:
    refunded = _sum(Refund.objects.filter(attempt=OuterRef("pk"), state=RefundState.SUCCEEDED))
    booked = _sum(LedgerEntry.objects.filter(attempt=OuterRef("pk"), kind__in=_BACK))
    touched = Q(pk__in=Refund.objects.filter(state=RefundState.SUCCEEDED).values("attempt"))
    touched |= Q(pk__in=LedgerEntry.objects.filter(kind__in=_BACK).values("attempt"))
    rows = PaymentAttempt.objects.filter(here("order__site"), touched).annotate(refunded=refunded, booked=booked)
    return rows.exclude(refunded=-F("booked")).values_list("merchant_tx_id", flat=True)


@invariant(
    "refunds.more_than_paid",
    wrong="More is being given back, or was, than the payment.",
    do="Reject what is not sent yet, and claim the rest back from the payer.",
)
def more_than_paid(here: Here) -> Found:
    rows = Refund.objects.filter(here("order__site"), state__in=[*REFUND_CLAIMS, RefundState.SUCCEEDED]).order_by()
    sums = rows.values("payment", "payment__amount_cents", "order__reference").annotate(cents=Sum("amount_cents"))
    return sums.filter(cents__gt=F("payment__amount_cents")).values_list("order__reference", flat=True)


@invariant(
    "refunds.currency",
    wrong="Refunds are in another currency than the payment.",
    do="Reject what is not sent yet.",
)
def currency(here: Here) -> Found:
    rows = Refund.objects.filter(here("order__site")).exclude(currency=F("payment__currency"))
    return rows.values_list("order__reference", flat=True)


@invariant(
    "refunds.lost_answer",
    wrong=f"Nobody knows for more than {_DAYS} days whether refunds were made.",
    do="Look at the provider's own list and enter what it says; a second refund would give the money back twice.",
)
def lost_answer(here: Here) -> Found:
    before = timezone.now() - datetime.timedelta(days=_DAYS)
    rows = Refund.objects.filter(here("order__site"), state=RefundState.UNKNOWN, submitted_at__lt=before)
    return rows.values_list("order__reference", flat=True)


def _sum(rows: QuerySet) -> Coalesce:  # type: ignore[type-arg]
    sums = rows.order_by().values("attempt").annotate(cents=Sum("amount_cents")).values("cents")
    return Coalesce(Subquery(sums), 0, output_field=BigIntegerField())
