"""The one way from a provider's word to our state, for notification, return, poll and settlement alike.

Store raw (own transaction) → verify → compare → lock order, then attempt → edge → ledger → outbox (one
transaction). Replays, races, wrong order and a crash at any line change nothing about the end.
"""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from ..models import (
    AttemptState,
    EntryKind,
    EventKind,
    LedgerEntry,
    PaymentAttempt,
    PaymentOrder,
    ProviderMessage,
)
from ..outbox import publish
from ..providers.base import Word
from ..state import balance_cents
from ..transitions import ENDED_UNPAID, is_allowed
from .schedule import next_poll


@transaction.atomic
def apply_message(message: ProviderMessage, word: Word) -> ProviderMessage:
    """Turn a kept message into state. Locks the order, then the attempt."""
    attempt = _locked_attempt(message, word)
    if attempt is None:
        return finish(message, discrepancy="No payment of this contract has this transaction id.")
    message.attempt = attempt
    if not word.is_verified:
        return finish(message, discrepancy="The signature is missing or wrong.")
    if _is_replay(message, word):
        return finish(message, is_verified=True)
    message.dedupe_key = word.dedupe_key
    misfit = _misfit(attempt, word)
    return finish(message, is_verified=True, discrepancy=misfit or _take(attempt, word))


def finish(message: ProviderMessage, *, is_verified: bool = False, discrepancy: str = "") -> ProviderMessage:
    """Close a message; with a discrepancy it waits for the cash office."""
    message.is_verified = is_verified
    message.discrepancy = discrepancy[:300]
    message.processed_at = timezone.now()
    message.save()
    return message


def _locked_attempt(message: ProviderMessage, word: Word) -> PaymentAttempt | None:
    found = PaymentAttempt.objects.filter(contract=message.contract_id, merchant_tx_id=word.merchant_tx_id).first()
    if found is None:
        return None
    order = PaymentOrder.objects.select_for_update().get(pk=found.order_id)
    attempt = PaymentAttempt.objects.select_for_update().get(pk=found.pk)
    attempt.order = order
    return attempt


def _is_replay(message: ProviderMessage, word: Word) -> bool:
    if not word.dedupe_key:
        return False
    twins = ProviderMessage.objects.filter(
        provider=message.provider, dedupe_key=word.dedupe_key, is_verified=True, processed_at__isnull=False
    )
    return twins.exclude(pk=message.pk).exists()


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


def _take(attempt: PaymentAttempt, word: Word) -> str:
    """Change the attempt as the word says; returns what the cash office should look at, empty if nothing."""
    attempt.provider_ref = attempt.provider_ref or word.provider_ref
    old, new = attempt.state, word.state
    oddity = _book(attempt, word) if new == AttemptState.SUCCEEDED else ""
    changed = old != new and is_allowed(old, new)
    if changed:
        attempt.state = new
        attempt.last_error = ""
    attempt.version += 1
    attempt.next_poll_at = next_poll(attempt)
    attempt.save()
    if changed and new in ENDED_UNPAID:
        publish(order=attempt.order, kind=EventKind.ATTEMPT_ENDED, key=f"attempt.ended:{attempt.pk}:{new}")
    if old == AttemptState.SUCCEEDED and new in ENDED_UNPAID:
        return f'It says "{new}" after the payment had succeeded.'
    return oddity


def _book(attempt: PaymentAttempt, word: Word) -> str:
    """Put the money into the ledger, once; returns what is odd about it, empty if nothing."""
    order = attempt.order
    if _is_booked(attempt, word):
        return ""
    before_cents = balance_cents(order)
    entry = LedgerEntry.objects.create(
        order=order,
        attempt=attempt,
        kind=EntryKind.PAYMENT,
        provider_ref=word.payment_ref or attempt.provider_ref or attempt.merchant_tx_id,
        amount_cents=word.amount_cents,
        currency=word.currency,
        method=word.method,
        occurred_at=_instant(attempt, word),
    )
    after_cents = before_cents + entry.amount_cents
    if before_cents < order.amount_cents <= after_cents:
        publish(order=order, kind=EventKind.ORDER_PAID, entry=entry, key=f"order.paid:{entry.pk}")
    if order.cancelled_at:
        return "Booked, but the order had been cancelled: please pay it back."
    if after_cents > order.amount_cents:
        return "Booked, but more has now been paid than is owed: please pay back what is too much."
    return ""


def _is_booked(attempt: PaymentAttempt, word: Word) -> bool:
    """Whether this money is in the ledger already. A provider may name it in one message and not in another."""
    refs = set(attempt.entries.filter(kind=EntryKind.PAYMENT).values_list("provider_ref", flat=True))
    unnamed = {attempt.provider_ref, attempt.merchant_tx_id}
    return bool(refs) and (not word.payment_ref or word.payment_ref in refs or bool(refs & unnamed))


def _instant(attempt: PaymentAttempt, word: Word) -> datetime.datetime:
    """When the provider says the money came, if its clock can be believed; else now."""
    now, leeway = timezone.now(), datetime.timedelta(hours=1)
    if word.occurred_at and attempt.created_at - leeway <= word.occurred_at <= now + leeway:
        return min(word.occurred_at, now)
    return now
