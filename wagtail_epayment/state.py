"""What an order's ledger and attempts say about it. Derived each time, so it cannot contradict the money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from .models import EntryKind, LedgerEntry, PaymentOrder
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


@dataclass(frozen=True, slots=True)
class Account:
    """An order's ledger summed up, in cents; provider fees are the commune's own business and left out.

    ``owed``: the order's amount less what was given back of it on purpose. ``kept``: payments less refunds and
    chargebacks. ``charged_back``: what banks took and did not return.
    """

    amount: int
    owed: int = 0
    paid: int = 0
    refunded: int = 0
    charged_back: int = 0
    kept: int = 0

    @property
    def due(self) -> int:
        """What is still to be paid; never negative."""
        return max(0, self.owed - self.kept)

    @property
    def too_much(self) -> int:
        """What was paid beyond what is owed."""
        return max(0, self.kept - self.owed)


def account_of(amount: int, entries: Iterable[LedgerEntry]) -> Account:
    """Sum up entries in the order they were booked.

    A refund of what was paid too much changes nothing about what is owed; what a refund takes beyond that was a
    decision that less is owed.
    """
    owed, paid, refunded, charged_back, kept = amount, 0, 0, 0, 0
    for entry in entries:
        if entry.kind == EntryKind.FEE:
            continue
        before, kept = kept, kept + entry.amount_cents
        match entry.kind:
            case EntryKind.PAYMENT:
                paid += entry.amount_cents
            case EntryKind.REFUND:
                refunded -= entry.amount_cents
                owed -= max(0, min(before, owed) - kept)
            case EntryKind.REFUND_REVERSAL:
                refunded -= entry.amount_cents
                owed = min(amount, owed + entry.amount_cents)
            case EntryKind.CHARGEBACK | EntryKind.CHARGEBACK_REVERSAL:
                charged_back -= entry.amount_cents
    return Account(amount, max(0, owed), paid, refunded, charged_back, kept)


def account(order: PaymentOrder) -> Account:
    """Reads the entries as rows, so that a list may fetch those of all its orders at once."""
    return account_of(order.amount_cents, sorted(order.entries.all(), key=lambda entry: entry.pk))


def balance_cents(order: PaymentOrder) -> int:
    """Signed cents the commune has kept of this order: payments less refunds and chargebacks, without fees."""
    return account(order).kept


def due_cents(order: PaymentOrder) -> int:
    """Cents still to be paid."""
    return account(order).due


def order_state(order: PaymentOrder) -> OrderState:
    sums = account(order)
    if sums.paid:
        return state_of_money(sums)
    if order.cancelled_at:
        return OrderState.CANCELLED
    if any(attempt.state in OPEN and attempt.redirect_url for attempt in order.attempts.all()):
        return OrderState.PENDING
    return OrderState.OPEN


def state_of_money(sums: Account) -> OrderState:
    """The state of an order money has come for."""
    if sums.too_much:
        return OrderState.OVERPAID
    if sums.due:
        return OrderState.CHARGED_BACK if sums.charged_back > 0 else OrderState.OPEN
    if sums.kept == sums.amount:
        return OrderState.PAID
    return OrderState.PARTLY_REFUNDED if sums.kept > 0 else OrderState.REFUNDED
