"""Whether the books are right, measured by what the provider knows."""

from __future__ import annotations

from collections import Counter

from wagtail_epayment import outbox
from wagtail_epayment.models import (
    EntryKind,
    LedgerEntry,
    OutboxEvent,
    PaymentAttempt,
    Receipt,
    ReceiptNumberRange,
)
from wagtail_epayment.operations.doctor.examine import examine
from wagtail_epayment.transitions import OPEN

from . import telling


def booked(order):
    """Every movement in the books of an order, provider fees left out."""
    entries = LedgerEntry.objects.filter(order=order).exclude(kind=EntryKind.FEE)
    return Counter(entries.values_list("kind", "amount_cents"))


def moved(bank, order):
    """The same at the bank."""
    tx_ids = PaymentAttempt.objects.filter(order=order).values_list("merchant_tx_id", flat=True)
    return Counter((str(movement.kind), movement.cents) for movement in bank.of(tx_ids))


def giro_moved(giro, order):
    """The same at GiroCheckout, which moved each of these payments once."""
    tx_ids = PaymentAttempt.objects.filter(order=order).values_list("merchant_tx_id", flat=True)
    came, went = giro.received_cents(), giro.refunded_cents()
    found = [(str(EntryKind.PAYMENT), came[tx_id]) for tx_id in tx_ids if tx_id in came]
    return Counter(found + [(str(EntryKind.REFUND), -went[tx_id]) for tx_id in tx_ids if tx_id in went])


def check_receipts():
    """One for every payment and refund, numbered without gaps."""
    assert not LedgerEntry.objects.filter(kind__in=["payment", "refund"], receipt=None).exists()
    check_numbers()


def check_numbers():
    """Receipts are numbered without gaps."""
    for numbers in ReceiptNumberRange.objects.all():
        serials = Receipt.objects.filter(site=numbers.site_id, year=numbers.year).values_list("serial", flat=True)
        assert sorted(serials) == list(range(1, numbers.last + 1))


def check_events():
    """Everybody was told everything, once."""
    assert not OutboxEvent.objects.filter(delivered_at=None).exists()
    for event in OutboxEvent.objects.prefetch_related("deliveries"):
        heard = sorted(delivery.subscriber for delivery in event.deliveries.all())
        assert heard == sorted(outbox._subscribers[event.kind]), event
    assert telling.told() == sorted(OutboxEvent.objects.values_list("pk", flat=True))


def check_ended():
    """No attempt is still waited for days later."""
    assert not list(PaymentAttempt.objects.filter(state__in=OPEN).values_list("merchant_tx_id", "state"))


def check_invariants():
    """Nothing epayment_doctor would find; what waits for people is no fault."""
    found = [(each.invariant.name, each.examples) for each in examine()]
    assert not found, found
