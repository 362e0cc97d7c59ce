"""The one way from a provider's word to our state, for notification, return, poll and settlement alike.

Store raw (own transaction) → verify → compare → lock order, then attempt → edge → ledger → outbox (one
transaction). Replays, races, wrong order and a crash at any line change nothing about the end.
"""

from __future__ import annotations

import json

from django.db import transaction
from django.utils import timezone

from ..errors import Garbage
from ..models import (
    AttemptState,
    EntryKind,
    EventKind,
    LedgerEntry,
    MessageSource,
    PaymentAttempt,
    PaymentContract,
    PaymentOrder,
    ProviderMessage,
)
from ..outbox import publish
from ..providers.base import RawMessage, Word
from ..providers.registry import providers
from ..state import balance_cents
from ..transitions import ENDED_UNPAID, is_allowed
from .schedule import next_poll


def receive(*, contract: PaymentContract, source: MessageSource, raw: RawMessage) -> ProviderMessage:
    """Keep a notification as it came, then understand and apply it.

    Must not run in a transaction of the caller: what came in stays even if understanding it fails. Raises
    Garbage for what cannot be a message of this provider; that is not kept.
    """
    word = providers.for_contract(contract).parse_notification(raw)
    message = store(contract=contract, source=source, raw=raw)
    return apply_message(message, word)


def store(*, contract: PaymentContract, source: MessageSource, raw: RawMessage) -> ProviderMessage:
    text = json.dumps({"body": raw.body.decode("latin-1"), "headers": dict(raw.headers)})
    return ProviderMessage.objects.create(provider=contract.provider, contract=contract, source=source, raw=text)


def process_left_over() -> int:
    """Apply messages that were kept but never applied, because the process died in between. Returns how many."""
    done = 0
    for message in ProviderMessage.objects.filter(processed_at=None).select_related("contract").order_by("pk"):
        kept = json.loads(message.raw)
        raw = RawMessage(body=kept["body"].encode("latin-1"), headers=kept["headers"])
        try:
            word = providers.for_contract(message.contract).parse_notification(raw)
        except Garbage as error:
            _finish(message, discrepancy=str(error))
            continue
        apply_message(message, word)
        done += 1
    return done


@transaction.atomic
def apply_message(message: ProviderMessage, word: Word) -> ProviderMessage:
    """Turn a kept message into state. Locks the order, then the attempt."""
    attempt = _locked_attempt(message, word)
    if attempt is None:
        return _finish(message, discrepancy="No payment of this contract has this transaction id.")
    message.attempt = attempt
    if not word.is_verified:
        return _finish(message, discrepancy="The signature is missing or wrong.")
    message.is_verified = True
    if _is_replay(message, word):
        return _finish(message)
    message.dedupe_key = word.dedupe_key
    if misfit := _misfit(attempt, word):
        return _finish(message, discrepancy=misfit)
    return _finish(message, discrepancy=_take(attempt, word))


def _locked_attempt(message: ProviderMessage, word: Word) -> PaymentAttempt | None:
    found = PaymentAttempt.objects.filter(contract=message.contract_id, merchant_tx_id=word.merchant_tx_id).first()
    if found is None:
        return None
    order = PaymentOrder.objects.select_for_update().get(pk=found.order_id)
    attempt = PaymentAttempt.objects.select_for_update().get(pk=found.pk)
    attempt.order = order
    return attempt


def _is_replay(message: ProviderMessage, word: Word) -> bool:
    twins = ProviderMessage.objects.filter(
        provider=message.provider, dedupe_key=word.dedupe_key, is_verified=True
    ).exclude(pk=message.pk)
    return bool(word.dedupe_key) and twins.exists()


def _misfit(attempt: PaymentAttempt, word: Word) -> str:
    if (word.amount_cents, word.currency) != (attempt.amount_cents, attempt.currency):
        return (
            f"It says {word.amount_cents} {word.currency}, the attempt is over "
            f"{attempt.amount_cents} {attempt.currency}."
        )
    if word.provider_ref and attempt.provider_ref and word.provider_ref != attempt.provider_ref:
        return "It names another payment of the provider than the one we began."
    return ""


def _take(attempt: PaymentAttempt, word: Word) -> str:
    """Change the attempt as the word says; returns what does not fit, empty if all does."""
    attempt.provider_ref = attempt.provider_ref or word.provider_ref
    old, new = attempt.state, word.state
    if new == AttemptState.SUCCEEDED:
        _book(attempt, word)
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
    return ""


def _book(attempt: PaymentAttempt, word: Word) -> None:
    order = attempt.order
    was_paid = balance_cents(order) >= order.amount_cents
    entry, is_new = LedgerEntry.objects.get_or_create(
        attempt=attempt,
        kind=EntryKind.PAYMENT,
        provider_ref=word.payment_ref or attempt.provider_ref or attempt.merchant_tx_id,
        defaults={
            "order": order,
            "amount_cents": word.amount_cents,
            "currency": word.currency,
            "method": word.method,
            "occurred_at": word.occurred_at or timezone.now(),
        },
    )
    if is_new and not was_paid and balance_cents(order) >= order.amount_cents:
        publish(order=order, kind=EventKind.ORDER_PAID, entry=entry, key=f"order.paid:{entry.pk}")


def _finish(message: ProviderMessage, *, discrepancy: str = "") -> ProviderMessage:
    message.discrepancy = discrepancy[:300]
    message.processed_at = timezone.now()
    message.save()
    return message
