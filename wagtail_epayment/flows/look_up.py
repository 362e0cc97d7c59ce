"""Our side of a comparison, read in as many queries for ten thousand lines as for one (a few for each chunk)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import Q

from ..models import LedgerEntry, PaymentAttempt, PaymentOrder, Refund, RefundState, SettlementLine
from ..settlements.base import SettledLine
from ..settlements.matching import Booked, Books, KnownRefund, Payment
from ..transitions import is_refund_allowed
from .paid_out import in_payouts

T = TypeVar("T")
#: Values in one query; below what SQLite and PostgreSQL take.
_CHUNK = 5000


def look_up(
    lines: Sequence[SettledLine], *, site_id: int, provider: str, source: str, references: Iterable[str]
) -> Books:
    """The books of a site as far as ``lines`` may be about them. An empty ``provider`` stands for all of them."""
    orders = _orders(site_id, {line.reference for line in lines} | set(references))
    attempts = _attempts(lines, site_id, provider, set(orders.values()))
    entries = _entries(attempts)
    refunds = _refunds(attempts)
    payments = [_payment(attempt, entries[attempt.pk], refunds[attempt.pk]) for attempt in attempts]
    booked = [entry.pk for payment in payments for entry in payment.entries]
    # The bank's own credits are asked about it; a provider's report tells of payments and payout alike.
    paid_out = set() if provider else _paid_out(booked)
    return Books(payments=payments, orders=orders, settled=settled_entries(source, booked), paid_out=paid_out)


def settled_entries(source: str, entries: Collection[int]) -> set[int]:
    """Those of the entries the source has told of already."""
    told = SettlementLine.objects.filter(source=source)
    return {pk for some in chunks(entries) for pk in told.filter(entry__in=some).values_list("entry", flat=True) if pk}


def _paid_out(entries: Collection[int]) -> set[int]:
    return {
        pk for some in chunks(entries) for pk in in_payouts().filter(entry__in=some).values_list("entry", flat=True)
    }


def _orders(site_id: int, references: set[str]) -> dict[str, str]:
    rows = PaymentOrder.objects.filter(site=site_id)
    return {
        reference: str(pk)
        for some in chunks(references - {""})
        for reference, pk in rows.filter(reference__in=some).values_list("reference", "pk")
    }


def _attempts(lines: Sequence[SettledLine], site_id: int, provider: str, orders: set[str]) -> list[PaymentAttempt]:
    scope = PaymentAttempt.objects.filter(order__site=site_id, **({"provider": provider} if provider else {}))
    names = {name for line in lines for name in (line.provider_ref, line.payment_ref)} - {""}
    ids = {line.merchant_tx_id for line in lines} - {""}
    conditions = [Q(merchant_tx_id__in=some) for some in chunks(ids)]
    conditions += [Q(order__in=some) for some in chunks(orders)]
    for some in chunks(names):
        entries = LedgerEntry.objects.filter(provider_ref__in=some, order__site=site_id)
        refunds = Refund.objects.filter(provider_ref__in=some, order__site=site_id)
        conditions += [
            Q(provider_ref__in=some),
            Q(pk__in=entries.values("attempt")),
            Q(pk__in=refunds.values("attempt")),
        ]
    found = {row.pk: row for condition in conditions for row in scope.filter(condition)}
    return list(found.values())


def _entries(attempts: Sequence[PaymentAttempt]) -> dict[Any, list[LedgerEntry]]:
    grouped = defaultdict(list)
    for some in chunks(attempt.pk for attempt in attempts):
        for entry in LedgerEntry.objects.filter(attempt__in=some).order_by("pk"):
            grouped[entry.attempt_id].append(entry)
    return grouped


def _refunds(attempts: Sequence[PaymentAttempt]) -> dict[Any, list[Refund]]:
    grouped = defaultdict(list)
    for some in chunks(attempt.pk for attempt in attempts):
        for refund in Refund.objects.filter(attempt__in=some).order_by("created_at"):
            is_done = refund.state == RefundState.SUCCEEDED
            if is_done or is_refund_allowed(refund.state, RefundState.SUCCEEDED):
                grouped[refund.attempt_id].append(refund)
    return grouped


def _payment(attempt: PaymentAttempt, entries: list[LedgerEntry], refunds: list[Refund]) -> Payment:
    return Payment(
        pk=str(attempt.pk),
        order=str(attempt.order_id),
        provider_ref=attempt.provider_ref,
        merchant_tx_id=attempt.merchant_tx_id,
        amount_cents=attempt.amount_cents,
        currency=attempt.currency,
        entries=tuple(
            Booked(each.pk, each.kind, each.provider_ref, each.amount_cents, each.currency) for each in entries
        ),
        refunds=tuple(
            KnownRefund(str(each.pk), each.provider_ref, each.amount_cents, each.state == RefundState.SUCCEEDED)
            for each in refunds
        ),
    )


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    # Sorted by text, so that the same values make the same queries.
    ordered = iter(sorted(values, key=str))
    while chunk := [value for value, __ in zip(ordered, range(_CHUNK), strict=False)]:
        yield chunk
