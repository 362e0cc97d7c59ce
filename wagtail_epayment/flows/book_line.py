from __future__ import annotations

import hashlib
import json

from django.db import transaction
from django.utils import timezone

from ..models import (
    AttemptState,
    LedgerEntry,
    LineKind,
    MatchClass,
    MessageSource,
    PaymentAttempt,
    RefundState,
    SettlementLine,
    WhyOpen,
)
from ..providers.base import ChargebackWord, RawMessage, RefundWord, Word
from .apply import apply_message
from .book import end_of
from .fee import book_fee
from .inbox import store
from .look_up import settled_entries
from .transfer import begin_transfer


@transaction.atomic
def book_line(line: SettlementLine, *, is_decided: bool = False) -> bool:
    """Book the money a report tells of, for the attempt it was compared with. False if the books do not take it.

    The line goes the way of every word of a provider: kept as a message, then applied. Locks the order, then the
    attempt, then the refund if it is about one, then the line.
    """
    attempt = line.attempt
    if attempt is None and line.order_id:
        attempt = begin_transfer(line, is_decided=is_decided)
    if attempt is None:
        return False
    entry, oddity = _entry(line, attempt)
    row = SettlementLine.objects.select_for_update().get(pk=line.pk)
    if row.why != WhyOpen.TO_BOOK:
        return False
    row.match = MatchClass.BOOKED if entry else MatchClass.UNKNOWN
    row.why = "" if entry else WhyOpen.REFUSED
    row.note = oddity[:300]
    row.entry, row.attempt = entry, attempt
    row.matched_at = timezone.now() if entry else None
    row.save(update_fields=["match", "why", "note", "attempt", "entry", "matched_at"])
    return entry is not None


def _entry(line: SettlementLine, attempt: PaymentAttempt) -> tuple[LedgerEntry | None, str]:
    if line.kind == LineKind.FEE:
        return _fee(line, attempt), ""
    raw = RawMessage(body=json.dumps(_told(line)).encode(), headers={})
    message = store(contract=attempt.contract, source=MessageSource.SETTLEMENT, raw=raw)
    message = apply_message(message, _word(line, attempt))
    if message.processed_at is None:
        # The line itself remembers that it could not be booked; nobody would apply this message again.
        message.processed_at = timezone.now()
        message.save(update_fields=["processed_at"])
    return _found(line, attempt), message.discrepancy


def _fee(line: SettlementLine, attempt: PaymentAttempt) -> LedgerEntry:
    """Called like what it is taken for, e.g. a chargeback, as the provider's message calls it that may still come.

    What is called like the payment itself, or like a fee that is told already, is called like its line.
    """
    payments = attempt.entries.filter(kind=LineKind.PAYMENT).values_list("provider_ref", flat=True)
    names = [name for name in (line.provider_ref,) if name and name not in {attempt.provider_ref, *payments}]
    for fee_ref in [*names, short(line.key)]:
        entry = book_fee(attempt, amount_cents=line.amount_cents, fee_ref=fee_ref, occurred_at=end_of(line.booked_on))
        if entry.amount_cents == line.amount_cents and not settled_entries(line.source, [entry.pk]):
            return entry
    return entry


def _word(line: SettlementLine, attempt: PaymentAttempt) -> Word | RefundWord | ChargebackWord:
    dedupe = f"settlement:{hashlib.sha256(f'{line.source}:{line.key}'.encode()).hexdigest()}"
    if line.kind == LineKind.PAYMENT:
        return Word(
            merchant_tx_id=attempt.merchant_tx_id,
            provider_ref="",
            state=AttemptState.SUCCEEDED,
            amount_cents=line.amount_cents,
            currency=line.currency,
            is_verified=True,
            dedupe_key=dedupe,
            payment_ref=line.payment_ref,
            occurred_at=end_of(line.booked_on),
        )
    if line.kind in (LineKind.REFUND, LineKind.REFUND_REVERSAL):
        return RefundWord(
            state=RefundState.SUCCEEDED if line.kind == LineKind.REFUND else RefundState.FAILED,
            amount_cents=abs(line.amount_cents),
            currency=line.currency,
            is_verified=True,
            # A refund we know is named by our key alone: the bank's name for it may differ from the provider's.
            refund_ref="" if line.note else short(line.provider_ref or line.key),
            refund_key=line.note,
            merchant_tx_id=attempt.merchant_tx_id,
            dedupe_key=dedupe,
            occurred_at=end_of(line.booked_on),
        )
    return ChargebackWord(
        chargeback_ref=short(line.provider_ref or line.key),
        is_reversal=line.kind == LineKind.CHARGEBACK_REVERSAL,
        amount_cents=abs(line.amount_cents),
        currency=line.currency,
        is_verified=True,
        merchant_tx_id=attempt.merchant_tx_id,
        payment_ref=line.payment_ref,
        dedupe_key=dedupe,
        occurred_at=end_of(line.booked_on),
    )


def _found(line: SettlementLine, attempt: PaymentAttempt) -> LedgerEntry | None:
    """The entry that now stands for the line: not told of by this source before, and over its amount."""
    entries = list(attempt.entries.filter(kind=line.kind, amount_cents=line.amount_cents).order_by("-pk"))
    told = settled_entries(line.source, [entry.pk for entry in entries])
    free = [entry for entry in entries if entry.pk not in told]
    names = {line.payment_ref, line.provider_ref, short(line.key)} - {""}
    return next((entry for entry in free if entry.provider_ref in names), next(iter(free), None))


def _told(line: SettlementLine) -> dict[str, object]:
    return {
        "event": "settlement",
        "report": line.report_id,
        "line": line.position,
        "type": line.kind,
        "amount_cents": line.amount_cents,
        "currency": line.currency,
        "ref": line.provider_ref,
        "payment_ref": line.payment_ref,
        "tx_id": line.merchant_tx_id,
        "at": str(line.booked_on),
    }


def short(name: str) -> str:
    """A name that fits the ledger, the same each time."""
    return name if len(name) <= 120 else f"{name[:79]}:{hashlib.sha256(name.encode()).hexdigest()[:40]}"
