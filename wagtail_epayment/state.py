"""What an order's ledger and attempts say about it. Derived each time, so it cannot contradict the money."""

from __future__ import annotations

from collections import defaultdict

from django.db import models
from django.utils.translation import gettext_lazy as _

from .models import EntryKind, PaymentOrder
from .transitions import OPEN


class OrderState(models.TextChoices):
    OPEN = "open", _("open")
    PENDING = "pending", _("being checked")
    PAID = "paid", _("paid")
    OVERPAID = "overpaid", _("overpaid")
    PARTLY_REFUNDED = "partly_refunded", _("partly refunded")
    REFUNDED = "refunded", _("refunded")
    CHARGED_BACK = "charged_back", _("charged back")
    CANCELLED = "cancelled", _("cancelled")


def balance_cents(order: PaymentOrder) -> int:
    """Signed cents the commune has kept of this order: payments less refunds and chargebacks, without fees."""
    return sum(_sums(order).values())


def order_state(order: PaymentOrder) -> OrderState:
    sums = _sums(order)
    paid, balance = sums.get(EntryKind.PAYMENT, 0), sum(sums.values())
    if paid:
        return _state_of_money(order, sums, balance)
    if order.cancelled_at:
        return OrderState.CANCELLED
    if any(attempt.state in OPEN and attempt.redirect_url for attempt in order.attempts.all()):
        return OrderState.PENDING
    return OrderState.OPEN


def _state_of_money(order: PaymentOrder, sums: dict[str, int], balance: int) -> OrderState:
    if balance > order.amount_cents:
        return OrderState.OVERPAID
    if balance == order.amount_cents:
        return OrderState.PAID
    if sums.get(EntryKind.CHARGEBACK, 0) + sums.get(EntryKind.CHARGEBACK_REVERSAL, 0) < 0:
        return OrderState.CHARGED_BACK
    if sums.get(EntryKind.REFUND, 0):
        return OrderState.PARTLY_REFUNDED if balance > 0 else OrderState.REFUNDED
    return OrderState.OPEN


def _sums(order: PaymentOrder) -> dict[str, int]:
    """Cents by kind. Reads the entries as rows, so that a list may fetch those of all its orders at once."""
    sums: dict[str, int] = defaultdict(int)
    for entry in order.entries.all():
        if entry.kind != EntryKind.FEE:
            sums[entry.kind] += entry.amount_cents
    return sums
