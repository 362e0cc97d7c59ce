"""Credits on the commune's account that nobody announced: transfers with a Kassenzeichen. Never guessed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from ..models import (
    AttemptState,
    LedgerEntry,
    LineKind,
    MatchClass,
    PaymentAttempt,
    PaymentContract,
    PaymentOrder,
    SettlementLine,
    WhyOpen,
)
from ..state import account
from ..transfers import PROVIDER, contract_for_transfers
from ..transitions import OPEN
from .views_of import snapshot


def judge_transfers(lines: Sequence[SettlementLine]) -> None:
    """Say of every credit that names one order and no payment whether it pays what is due. Saves nothing.

    Where it does, the line is ``to_book`` without attempt, and ``begin_transfer`` makes one. A few queries for all.
    """
    found = [line for line in lines if _is_open_credit(line)]
    if not found or contract_for_transfers(found[0].report.site_id) is None:
        return
    prefetch_related_objects(found, "attempt")
    orders = {str(order.pk): order for order in _orders({line.order_id for line in found if line.order_id})}
    for line in filter(names_no_payment, found):
        if not _is_under_way(line, orders[str(line.order_id)]):
            _note(line, _misfit(line, orders[str(line.order_id)]))


@transaction.atomic
def begin_transfer(line: SettlementLine, *, is_decided: bool = False) -> PaymentAttempt | None:
    """The attempt a transfer is booked on. Locks the order, then the line.

    None, with the reason on the line, if it does not pay exactly what is due; a person may have decided that it is
    booked nevertheless (``is_decided``), then what is too much is proposed for a refund.
    """
    if line.order_id is None:
        return None
    PaymentOrder.objects.select_for_update().get(pk=line.order_id)
    if SettlementLine.objects.select_for_update().get(pk=line.pk).why != WhyOpen.TO_BOOK:
        return None  # Another run was faster.
    order = _orders({line.order_id}).get()
    contract = contract_for_transfers(order.site_id)
    why = WhyOpen.NO_ATTEMPT if contract is None else _misfit(line, order)
    if contract is None or (why and not (is_decided and why != WhyOpen.CURRENCY)):
        _note(line, why)
        line.save(update_fields=["why", "match"])
        return None
    return _attempt(line, order, contract)


def can_be_decided(line: SettlementLine) -> bool:
    """Whether a person may have this credit booked on the order they assign it to."""
    is_free = _is_open_credit(line) and names_no_payment(line) and line.why not in (WhyOpen.TO_BOOK, WhyOpen.CURRENCY)
    return is_free and contract_for_transfers(line.report.site_id) is not None


def _attempt(line: SettlementLine, order: PaymentOrder, contract: PaymentContract) -> PaymentAttempt:
    """One for each line, whoever asks."""
    digest = hashlib.sha256(f"{line.source}:{line.key}".encode()).hexdigest()
    made, _is_new = PaymentAttempt.objects.get_or_create(
        merchant_tx_id=f"{re.sub('[^A-Za-z0-9]', '', order.reference)[:23]}-{digest[:12]}",
        defaults={
            "order": order,
            "contract": contract,
            "provider": PROVIDER,
            "config": snapshot(contract),
            "amount_cents": line.amount_cents,
            "currency": line.currency,
            "state": AttemptState.PENDING,
        },
    )
    return made


def _is_open_credit(line: SettlementLine) -> bool:
    """A credit of the commune's bank that names an order and is not explained by the books."""
    return bool(line.why and line.order_id) and line.kind == LineKind.PAYMENT and line.report.contract_id is None


def names_no_payment(line: SettlementLine) -> bool:
    """By a reference of the payment itself, as money of an online provider may carry it."""
    names = {line.merchant_tx_id, line.provider_ref, line.payment_ref} - {""}
    attempt = line.attempt
    return attempt is None or not names & {attempt.merchant_tx_id, attempt.provider_ref}


def _is_under_way(line: SettlementLine, order: PaymentOrder) -> bool:
    """An online payment that may be this very money: then it stays with the comparison."""
    return any(
        row.state in OPEN and row.provider != PROVIDER and row.amount_cents == line.amount_cents
        for row in order.attempts.all()
    )


def _misfit(line: SettlementLine, order: PaymentOrder) -> WhyOpen | None:
    if line.currency != order.currency:
        return WhyOpen.CURRENCY
    if order.cancelled_at:
        return WhyOpen.WITHDRAWN
    due = account(order).due
    if not due:
        return WhyOpen.NOTHING_DUE
    return None if due == line.amount_cents else WhyOpen.NOT_WHAT_IS_DUE


def _note(line: SettlementLine, why: WhyOpen | None) -> None:
    line.attempt, line.entry, line.note, line.matched_at = None, None, "", None
    line.why = why or WhyOpen.TO_BOOK
    differs = why in (WhyOpen.NOT_WHAT_IS_DUE, WhyOpen.CURRENCY)
    line.match = MatchClass.AMOUNT_DIFFERS if differs else MatchClass.UNKNOWN


def _orders(keys: set[UUID]) -> QuerySet[PaymentOrder]:
    entries = Prefetch("entries", LedgerEntry.objects.order_by("pk"))
    return PaymentOrder.objects.filter(pk__in=keys).prefetch_related(entries, "attempts")
