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


def too_early(books: Books, word: ChargebackWord) -> str:
    """Why the word does not fit what is booked so far, although it may fit what is told later; empty if it fits.

    A return overtakes the chargeback it undoes, a second chargeback the return of the first. If nothing comes, the
    same chargeback was told under two names, or never happened.
    """
    kind = EntryKind.CHARGEBACK_REVERSAL if word.is_reversal else EntryKind.CHARGEBACK
    if any(entry.provider_ref == word.chargeback_ref for entry in books.own(kind)):
        return ""
    taken = -sum(entry.amount_cents for entry in books.own(EntryKind.CHARGEBACK))
    away = taken - sum(entry.amount_cents for entry in books.own(EntryKind.CHARGEBACK_REVERSAL))
    if word.is_reversal:
        return "" if word.amount_cents <= away else "More would be returned than was taken back."
    paid = sum(entry.amount_cents for entry in books.own(EntryKind.PAYMENT))
    return "" if word.amount_cents <= max(0, paid - away) else "More would be taken back than was paid."
