from __future__ import annotations

import datetime

from django.db import transaction

from ..models import EntryKind, LedgerEntry, PaymentAttempt
from .book import Books
from .rows import locked_attempt


@transaction.atomic
def book_fee(
    attempt: PaymentAttempt, *, amount_cents: int, fee_ref: str, occurred_at: datetime.datetime | None = None
) -> LedgerEntry:
    """Book what a provider or bank keeps for a payment: signed cents, negative for a fee, once for each ``fee_ref``.

    Nobody is told: fees change nothing about what is owed. Locks the order, then the attempt.
    """
    locked = locked_attempt(contract=attempt.contract_id, merchant_tx_id=attempt.merchant_tx_id)
    if locked is None:
        raise PaymentAttempt.DoesNotExist
    books = Books.of(locked)
    booked = books.book(kind=EntryKind.FEE, amount_cents=amount_cents, provider_ref=fee_ref, occurred_at=occurred_at)
    return booked or next(entry for entry in books.own(EntryKind.FEE) if entry.provider_ref == fee_ref)
