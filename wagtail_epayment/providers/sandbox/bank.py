"""What the sandbox bank does when the payer presses a button, well behaved or not."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from .books import book
from .models import SandboxPayment
from .notices import deliver, earlier, queue, statement

#: Unanswered for so long, then paid after all.
_LATE = {"timeout": datetime.timedelta(minutes=1), "days": datetime.timedelta(days=3)}
_WITHOUT_MONEY = {"cancel": "cancelled", "fail": "failed"}
_LIE_CENTS = 100

ACTIONS = (
    "pay", "cancel", "fail", *_LATE, "twice", "duplicate", "reorder", "silent", "lie", "failed_then_paid",
    "paid_then_failed",
)  # fmt: skip


def act(payment: SandboxPayment, action: str) -> None:
    """Do what the payer chose, once; then notify. An ended payment stays as it is, however often one presses.

    Must not run in a transaction: the merchant may be this very site.
    """
    with transaction.atomic():
        _decide(payment, action)
    deliver(payment)


def settle_late(payment: SandboxPayment, *, now: datetime.datetime | None = None) -> None:
    """A payment left unanswered succeeds when its time has come; told only if it is of the kind that tells."""
    due = SandboxPayment.objects.filter(pk=payment.pk, state="pending", settles_at__lte=now or timezone.now())
    with transaction.atomic():
        if not due.update(state="succeeded"):
            return
        payment.refresh_from_db()
        book(payment, "payment", payment.amount_cents)
        if payment.tells_late:
            queue(payment, statement(payment))


def _decide(payment: SandboxPayment, action: str) -> None:
    if action in _LATE:
        _change(payment, settles_at=timezone.now() + _LATE[action], tells_late=action == "days")
        return
    state = _WITHOUT_MONEY.get(action, "succeeded")
    claims = payment.amount_cents + _LIE_CENTS if action == "lie" else None
    if not _change(payment, state=state, claims_cents=claims):
        return
    if state != "succeeded":
        queue(payment, statement(payment))
        return
    money = [book(payment, "payment", payment.amount_cents) for _ in range(2 if action == "twice" else 1)]
    _tell(payment, action, [each.ref for each in money])


def _tell(payment: SandboxPayment, action: str, refs: list[str]) -> None:
    said = [statement(payment, payment_ref=ref) for ref in refs]
    match action:
        case "silent":
            return
        case "twice":
            # Real providers repeat themselves, too.
            said.append(said[0])
        case "duplicate":
            said *= 3
        case "reorder":
            said.append(earlier(statement(payment, state="pending")))
        case "failed_then_paid":
            said.insert(0, earlier(statement(payment, state="failed")))
        case "paid_then_failed":
            # A mistake of the bank: the money is there and stays.
            said.append(statement(payment, state="failed"))
    for one in said:
        queue(payment, one)


def _change(payment: SandboxPayment, **values: Any) -> bool:
    """Move a payment nobody has decided yet. False if somebody was faster."""
    undecided = SandboxPayment.objects.filter(pk=payment.pk, state="pending", settles_at=None)
    changed = bool(undecided.update(**values))
    payment.refresh_from_db()
    return changed
