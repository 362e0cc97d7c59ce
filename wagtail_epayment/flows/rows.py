"""Finding and locking the rows a word is about, always in the same order: order, attempt, refund."""

from __future__ import annotations

import uuid

from django.db import connection
from django.db.models import Q, QuerySet

from ..models import EntryKind, LedgerEntry, PaymentAttempt, PaymentContract, Refund

_COMPARED = (
    *("contract", "provider", "merchant_tx_id", "provider_ref", "amount_cents", "currency", "method", "state"),
    *("version", "poll_count", "payer_done_at", "created_at"),
    *("order__amount_cents", "order__cancelled_at", "order__created_at"),
)


def locked_attempt(
    *, contract: PaymentContract | int, merchant_tx_id: str = "", payment_ref: str = ""
) -> PaymentAttempt | None:
    """The contract's attempt with this transaction id, or whose booked payment has this reference; with its order.

    Both rows are locked by the one statement that reads them, and only what a word may change or is compared with is
    read, so that nobody decrypts who pays. Needs a transaction.
    """
    attempts = PaymentAttempt.objects.filter(contract=contract).only(*_COMPARED).order_by()
    if merchant_tx_id:
        return _only(locked(attempts.filter(merchant_tx_id=merchant_tx_id)))
    if not payment_ref:
        return None
    entries = LedgerEntry.objects.filter(
        attempt__contract=contract, kind=EntryKind.PAYMENT, provider_ref=payment_ref
    ).values("attempt")
    return _only(locked(attempts.filter(pk__in=entries)[:1]))


def locked(attempts: QuerySet[PaymentAttempt]) -> QuerySet[PaymentAttempt]:
    """The attempts with their orders, both locked, the order first (PostgreSQL locks in the order of the list)."""
    of = ("order", "self") if connection.features.has_select_for_update_of else ()
    return attempts.select_related("order").select_for_update(of=of)


def _only(attempts: QuerySet[PaymentAttempt]) -> PaymentAttempt | None:
    return next(iter(attempts), None)


def locked_refund(attempt: PaymentAttempt, *, key: str = "", provider_ref: str = "") -> Refund | None:
    """The attempt's refund by our key or by the provider's reference. The attempt must be locked already."""
    named = Q(pk=key) if _is_key(key) else Q(pk=None)
    if provider_ref:
        named |= Q(provider_ref=provider_ref)
    return Refund.objects.select_for_update().filter(named, attempt=attempt).first()


def lock_refund(refund: Refund) -> Refund:
    """The refund as it is now, with its attempt and order, all locked. Needs a transaction."""
    attempt = locked(PaymentAttempt.objects.filter(pk=refund.attempt_id)).get()
    row = Refund.objects.select_for_update().get(pk=refund.pk)
    row.attempt = attempt
    return row


def entries_of(attempt: PaymentAttempt) -> list[LedgerEntry]:
    """All ledger entries of the attempt's order, in the order they were booked."""
    return sorted(LedgerEntry.objects.filter(order=attempt.order_id).order_by(), key=lambda entry: entry.pk)


def _is_key(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
