"""What a provider's word about a refund changes; called by ``apply`` under the locks of order and attempt."""

from __future__ import annotations

import datetime

from ..models import EntryKind, EventKind, Refund, RefundCause, RefundState
from ..outbox import publish
from ..providers.base import RefundWord
from ..transitions import is_refund_allowed
from .book import Books
from .rows import locked_refund
from .schedule import next_refund_poll


def take_refund(books: Books, word: RefundWord, *, is_event: bool) -> str:
    """Returns what the cash office should look at, empty if nothing. Locks the refund.

    ``is_event``: told in any order, so that one older than what was told before changes nothing. Otherwise the word
    is how things stand now, or a movement on a statement.
    """
    refund = locked_refund(books.attempt, key=word.refund_key, provider_ref=word.refund_ref)
    told_at = word.occurred_at if is_event else None
    if refund is None:
        return _take_outside(books, word, told_at)
    if (word.amount_cents, word.currency) != (refund.amount_cents, refund.currency):
        return (
            f"It says {word.amount_cents} {word.currency} were given back, the refund is over "
            f"{refund.amount_cents} {refund.currency}."
        )
    if refund.provider_ref and word.refund_ref and refund.provider_ref != word.refund_ref:
        return "It names another refund of the provider than the one we asked for."
    if told_at and refund.told_at and told_at < refund.told_at:
        return ""
    refund.told_at = told_at or refund.told_at
    refund.provider_ref = refund.provider_ref or word.refund_ref
    return move_refund(books, refund, word.state, error=word.error, occurred_at=word.occurred_at)


def move_refund(
    books: Books,
    refund: Refund,
    state: RefundState,
    *,
    error: str = "",
    occurred_at: datetime.datetime | None = None,
) -> str:
    """Take the edge if there is one, with its money; the refund is locked."""
    old = RefundState(refund.state)
    if old != state and is_refund_allowed(old, state):
        refund.state = state
        refund.last_error = error[:300]
        _book(books, refund, old, occurred_at)
    refund.next_poll_at = next_refund_poll(refund)
    refund.save()
    if old != state and refund.state != state:
        return f'It says the refund is "{state}", here it is "{old}".'
    return ""


def _book(books: Books, refund: Refund, old: RefundState, occurred_at: datetime.datetime | None) -> None:
    name = refund.provider_ref or str(refund.pk)
    if refund.state == RefundState.SUCCEEDED:
        returned = sum(entry.provider_ref.startswith(name) for entry in books.own(EntryKind.REFUND_REVERSAL))
        # A refund that came back and was then paid after all is a movement of its own.
        ref = f"{name}#{returned + 1}" if returned else name
        books.book(kind=EntryKind.REFUND, amount_cents=-refund.amount_cents, provider_ref=ref, occurred_at=occurred_at)
    elif refund.state == RefundState.FAILED and old == RefundState.SUCCEEDED:
        times = sum(entry.provider_ref.startswith(name) for entry in books.own(EntryKind.REFUND))
        ref = f"{name}#{times}" if times > 1 else name
        books.book(
            kind=EntryKind.REFUND_REVERSAL, amount_cents=refund.amount_cents, provider_ref=ref, occurred_at=occurred_at
        )
    elif refund.state == RefundState.FAILED:
        publish(order=books.attempt.order, kind=EventKind.REFUND_FAILED, key=f"refund.failed:{refund.pk}")


def _take_outside(books: Books, word: RefundWord, told_at: datetime.datetime | None) -> str:
    """A refund nobody asked for here: somebody made it at the provider. The money is gone, so it is booked."""
    payment = books.payment(word.payment_ref)
    if payment is None or word.currency != payment.currency or word.amount_cents <= 0:
        return "It speaks of a refund that fits none of the order's payments."
    refund = Refund(
        order=books.attempt.order,
        attempt=books.attempt,
        payment=payment,
        amount_cents=word.amount_cents,
        currency=word.currency,
        state=RefundState.SUBMITTED,
        cause=RefundCause.OUTSIDE,
        provider_ref=word.refund_ref,
        told_at=told_at,
    )
    refund.save(force_insert=True)
    move_refund(books, refund, word.state, error=word.error, occurred_at=word.occurred_at)
    return "This refund was made at the provider, not here."
