"""Attempts and the ledger tell the same story."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, Sum

from ...models import AttemptState, EntryKind, LedgerEntry, PaymentAttempt
from .base import Found, Here, invariant

_INTO = (EntryKind.PAYMENT, EntryKind.REFUND_REVERSAL, EntryKind.CHARGEBACK_REVERSAL)
_OUT = (EntryKind.REFUND, EntryKind.CHARGEBACK)


@invariant(
    "ledger.success_without_payment",
    wrong="Attempts have succeeded, but their money is not in the ledger.",
    do="Look at the messages of the attempt; let the provider's settlement report book the payment.",
)
def success_without_payment(here: Here) -> Found:
    payment = LedgerEntry.objects.filter(attempt=OuterRef("pk"), kind=EntryKind.PAYMENT)
    rows = PaymentAttempt.objects.filter(here("order__site"), ~Exists(payment), state=AttemptState.SUCCEEDED)
    return rows.values_list("merchant_tx_id", flat=True)


@invariant(
    "ledger.payment_without_success",
    wrong="Payments are in the ledger whose attempt has not succeeded.",
    do="Ask the provider what became of the payment; the poller corrects the attempt if it succeeded.",
)
def payment_without_success(here: Here) -> Found:
    rows = LedgerEntry.objects.filter(here("order__site"), kind=EntryKind.PAYMENT)
    return rows.exclude(attempt__state=AttemptState.SUCCEEDED).values_list("attempt__merchant_tx_id", flat=True)


@invariant(
    "ledger.other_amount",
    wrong="Payments are booked with another amount than their attempt was about.",
    do="Compare both with the provider's own list; correct by refund, never in the database.",
)
def other_amount(here: Here) -> Found:
    rows = LedgerEntry.objects.filter(here("order__site"), kind=EntryKind.PAYMENT)
    return rows.exclude(amount_cents=F("attempt__amount_cents")).values_list("attempt__merchant_tx_id", flat=True)


@invariant(
    "ledger.wrong_sign",
    wrong="Money that came is negative in the ledger, or money that went is positive.",
    do="Nothing of this suite writes such entries: find out who wrote to the database.",
)
def wrong_sign(here: Here) -> Found:
    wrong = Q(kind__in=_INTO, amount_cents__lt=0) | Q(kind__in=_OUT, amount_cents__gt=0)
    return LedgerEntry.objects.filter(here("order__site"), wrong).values_list("order__reference", "kind")


@invariant(
    "ledger.foreign_order",
    wrong="Entries belong to one order and their attempt to another.",
    do="Nothing of this suite writes such entries: find out who wrote to the database.",
)
def foreign_order(here: Here) -> Found:
    rows = LedgerEntry.objects.filter(here("order__site")).exclude(order=F("attempt__order"))
    return rows.values_list("order__reference", flat=True)


@invariant(
    "ledger.currency",
    wrong="Entries are in another currency than their order.",
    do="Compare with the provider's own list; pay back and let the person pay again.",
)
def currency(here: Here) -> Found:
    rows = LedgerEntry.objects.filter(here("order__site")).exclude(currency=F("order__currency"))
    return rows.values_list("order__reference", "currency")


@invariant(
    "ledger.negative_balance",
    wrong="More has left an order than was ever paid for it.",
    do="Money was given back twice, e.g. by refund and by chargeback: claim it back from the payer or provider.",
)
def negative_balance(here: Here) -> Found:
    rows = LedgerEntry.objects.filter(here("order__site")).exclude(kind=EntryKind.FEE).order_by()
    sums = rows.values("order__reference").annotate(cents=Sum("amount_cents"))
    return sums.filter(cents__lt=0).values_list("order__reference", "cents")
