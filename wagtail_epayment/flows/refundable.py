"""How much of a payment can still be given back. Asked under the lock of its order, the answer holds."""

from __future__ import annotations

from django.db.models import QuerySet

from ..models import EntryKind, LedgerEntry, Refund, RefundState
from ..transitions import REFUND_CLAIMS


def refundable_cents(payment: LedgerEntry) -> int:
    """Cents of a payment that can still be given back: less what was, is being, or was taken back by the bank."""
    return max(0, _left(payment)) if payment.kind == EntryKind.PAYMENT else 0


def covered_cents(refund: Refund) -> int:
    """Cents of a refund nobody has sent yet that its payment still covers: all, unless the bank was faster."""
    return max(0, refund.amount_cents + min(0, _left(refund.payment)))


def claims_on(payment: LedgerEntry) -> QuerySet[Refund]:
    """The refunds that were made of this payment, or may be: its money is spoken for."""
    return Refund.objects.filter(payment=payment, state__in=[*REFUND_CLAIMS, RefundState.SUCCEEDED])


def _left(payment: LedgerEntry) -> int:
    """Negative if the bank took back what refunds claim as well."""
    claimed = sum(claims_on(payment).values_list("amount_cents", flat=True))
    taken = LedgerEntry.objects.filter(
        attempt=payment.attempt_id, kind__in=[EntryKind.CHARGEBACK, EntryKind.CHARGEBACK_REVERSAL]
    )
    return payment.amount_cents - claimed + min(0, sum(taken.values_list("amount_cents", flat=True)))
