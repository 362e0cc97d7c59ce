"""What a bank's taking back changes; called by ``apply`` under the locks of order and attempt."""

from __future__ import annotations

from ..models import EntryKind
from ..providers.base import ChargebackWord
from .book import Books


def take_chargeback(books: Books, word: ChargebackWord) -> str:
    """Returns what the cash office should look at, empty if nothing."""
    payment = books.payment(word.payment_ref)
    if payment is None or word.currency != payment.currency or not 0 < word.amount_cents <= payment.amount_cents:
        return f"It says {word.amount_cents} {word.currency} were taken back, which fits no payment of the order."
    taken = -sum(entry.amount_cents for entry in books.own(EntryKind.CHARGEBACK))
    returned = sum(entry.amount_cents for entry in books.own(EntryKind.CHARGEBACK_REVERSAL))
    if word.is_reversal and returned + word.amount_cents > taken and not _is_booked(books, word):
        return "More would be returned than was taken back."
    kind = EntryKind.CHARGEBACK_REVERSAL if word.is_reversal else EntryKind.CHARGEBACK
    cents = word.amount_cents if word.is_reversal else -word.amount_cents
    books.book(kind=kind, amount_cents=cents, provider_ref=word.chargeback_ref, occurred_at=word.occurred_at)
    if word.fee_cents:
        books.book(
            kind=EntryKind.FEE,
            amount_cents=-word.fee_cents,
            provider_ref=word.chargeback_ref,
            occurred_at=word.occurred_at,
        )
    return ""


def is_ahead(books: Books, word: ChargebackWord) -> bool:
    """Whether a return has overtaken the chargeback it undoes."""
    return word.is_reversal and not books.own(EntryKind.CHARGEBACK)


def _is_booked(books: Books, word: ChargebackWord) -> bool:
    return any(entry.provider_ref == word.chargeback_ref for entry in books.own(EntryKind.CHARGEBACK_REVERSAL))
