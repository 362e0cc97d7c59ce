"""The one way from a provider's word to our state, for notification, return, poll and settlement alike.

Store raw (own transaction) → verify → compare → lock order and attempt → edge → ledger → outbox (one transaction).
Replays, races, wrong order and a crash at any line change nothing about the end.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from ..models import AttemptState, EntryKind, EventKind, MessageSource, PaymentAttempt, ProviderMessage, RefundCause
from ..outbox import publish
from ..providers.base import ChargebackWord, NothingOfOurs, RefundWord, Said, Word
from ..transitions import ENDED_UNPAID, is_allowed
from .apply_chargeback import take_chargeback, too_early
from .apply_refund import take_refund
from .book import Books
from .propose import propose_refund
from .rows import locked_attempt
from .schedule import next_poll

_UNPROVEN = "The signature is missing or wrong."
_TAKEN = ["provider_ref", "state", "last_error", "payer_done_at", "version", "next_poll_at", "updated_at"]
_CHANGING = ["attempt", "is_verified", "dedupe_key", "processed_at", "discrepancy"]


class _SaidBeforeError(Exception):
    """A genuine message with this key has been taken already."""


def apply_message(message: ProviderMessage, said: Said) -> ProviderMessage:
    """Turn a kept message into state. Locks the order, then the attempt, then the refund if it is about one.

    A genuine message about a payment we do not know (yet) stays unprocessed: ``process_left_over`` tries again.
    """
    try:
        return _apply(message, said)
    except _SaidBeforeError:
        return finish(message, is_verified=True)


@transaction.atomic
def _apply(message: ProviderMessage, said: Said) -> ProviderMessage:
    if isinstance(said, NothingOfOurs):
        return finish(message, is_verified=said.is_verified, discrepancy="" if said.is_verified else _UNPROVEN)
    attempt = locked_attempt(
        contract=message.contract_id, merchant_tx_id=said.merchant_tx_id, payment_ref=said.payment_ref
    )
    if attempt is None:
        return wait(message, said, "No payment of this contract has this transaction id.")
    message.attempt = attempt
    if not said.is_verified:
        return finish(message, discrepancy=_UNPROVEN)
    _claim(message, said)
    return _take(message, attempt, said)


def _take(
    message: ProviderMessage, attempt: PaymentAttempt, said: Word | RefundWord | ChargebackWord
) -> ProviderMessage:
    books = Books.of(attempt)
    if isinstance(said, Word):
        odd = _misfit(attempt, said) or _take_payment(books, said)
    elif books.payment(said.payment_ref) is None:
        return wait(message, said, "It speaks of a payment that has not been booked yet.")
    elif isinstance(said, ChargebackWord) and (why := too_early(books, said)):
        return wait(message, said, why)
    elif isinstance(said, RefundWord):
        odd = take_refund(books, said, is_event=message.source == MessageSource.NOTIFY)
    else:
        odd = take_chargeback(books, said)
    return finish(message, is_verified=True, discrepancy=odd) if odd else message


def finish(message: ProviderMessage, *, is_verified: bool = False, discrepancy: str = "") -> ProviderMessage:
    """Close a message; with a discrepancy it waits for the cash office."""
    message.is_verified = is_verified
    message.discrepancy = discrepancy[:300]
    message.processed_at = timezone.now()
    message.save(update_fields=_CHANGING)
    return message


def wait(message: ProviderMessage, said: Word | RefundWord | ChargebackWord, why: str) -> ProviderMessage:
    """Keep a genuine message for later, since providers tell things in any order; close one that proves nothing."""
    if not said.is_verified:
        return finish(message, discrepancy=why)
    message.is_verified, message.processed_at, message.dedupe_key = True, None, ""
    message.discrepancy = why
    message.save(update_fields=_CHANGING)
    return message


def _claim(message: ProviderMessage, said: Word | RefundWord | ChargebackWord) -> None:
    """Close the message under its key, of which there is one among genuine messages.

    Raises _SaidBeforeError for a replay, which ends the transaction: there is nothing in it yet.
    """
    message.dedupe_key = said.dedupe_key
    try:
        finish(message, is_verified=True)
    except IntegrityError as error:
        message.dedupe_key = ""
        raise _SaidBeforeError from error


def _misfit(attempt: PaymentAttempt, word: Word) -> str:
    if (word.amount_cents, word.currency) != (attempt.amount_cents, attempt.currency):
        return (
            f"It says {word.amount_cents} {word.currency}, the attempt is over "
            f"{attempt.amount_cents} {attempt.currency}."
        )
    if not word.provider_ref or word.provider_ref == attempt.provider_ref:
        return ""
    others = PaymentAttempt.objects.filter(provider=attempt.provider, provider_ref=word.provider_ref)
    if attempt.provider_ref or others.exclude(pk=attempt.pk).exists():
        return "It names another payment of the provider than the one we began."
    return ""


def _take_payment(books: Books, word: Word) -> str:
    """Change the attempt as the word says; returns what the cash office should look at, empty if nothing."""
    attempt = books.attempt
    attempt.provider_ref = attempt.provider_ref or word.provider_ref
    old, new = attempt.state, word.state
    oddity = _book(books, word) if new == AttemptState.SUCCEEDED else ""
    changed = old != new and is_allowed(old, new)
    if changed:
        attempt.state = new
        attempt.last_error = ""
    if word.is_payer_done:
        attempt.payer_done_at = attempt.payer_done_at or timezone.now()
    attempt.version += 1
    attempt.next_poll_at = next_poll(attempt)
    attempt.save(update_fields=_TAKEN)
    if changed and new in ENDED_UNPAID:
        publish(order=attempt.order, kind=EventKind.ATTEMPT_ENDED, key=f"attempt.ended:{attempt.pk}:{new}")
    if old == AttemptState.SUCCEEDED and new in ENDED_UNPAID:
        return f'It says "{new}" after the payment had succeeded.'
    return oddity


def _book(books: Books, word: Word) -> str:
    """Put the money into the ledger, once; returns what is odd about it, empty if nothing."""
    attempt = books.attempt
    if _is_booked(books, word):
        return ""
    entry = books.book(
        kind=EntryKind.PAYMENT,
        provider_ref=word.payment_ref or attempt.provider_ref or attempt.merchant_tx_id,
        amount_cents=word.amount_cents,
        method=word.method or attempt.method,
        occurred_at=word.occurred_at,
    )
    if entry is None:
        return ""
    if attempt.order.cancelled_at:
        propose_refund(entry, amount_cents=entry.amount_cents, cause=RefundCause.CANCELLED)
        return "Booked, but the order had been cancelled: please pay it back."
    if too_much := min(books.account.too_much, entry.amount_cents):
        propose_refund(entry, amount_cents=too_much, cause=RefundCause.OVERPAID)
        return "Booked, but more has now been paid than is owed: please pay back what is too much."
    return ""


def _is_booked(books: Books, word: Word) -> bool:
    """Whether this money is in the ledger already. A provider may name it in one message and not in another."""
    attempt = books.attempt
    refs = {entry.provider_ref for entry in books.own(EntryKind.PAYMENT)}
    unnamed = {"", attempt.provider_ref, attempt.merchant_tx_id}
    return bool(refs) and (word.payment_ref in refs | unnamed or bool(refs & unnamed))
