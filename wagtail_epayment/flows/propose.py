from __future__ import annotations

from ..models import LedgerEntry, Refund, RefundCause, RefundState


def propose_refund(payment: LedgerEntry, *, amount_cents: int, cause: RefundCause) -> Refund:
    """Note that money should go back; people decide. Runs under the lock of the order."""
    return Refund.objects.create(
        order=payment.order,
        attempt=payment.attempt,
        payment=payment,
        amount_cents=amount_cents,
        currency=payment.currency,
        state=RefundState.PROPOSED,
        cause=cause,
    )
