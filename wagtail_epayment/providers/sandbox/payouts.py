"""What the bank transfers to its merchants, and the report that says what it is made of."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from .models import SandboxMerchant, SandboxMovement, SandboxPayout, new_ref


@transaction.atomic
def pay_out(merchant: SandboxMerchant) -> SandboxPayout | None:
    """Transfer everything that moved since the last time; None if nothing did. Locks the merchant."""
    SandboxMerchant.objects.select_for_update().get(pk=merchant.pk)
    waiting = SandboxMovement.objects.filter(payment__merchant=merchant, payout=None)
    if not waiting.exists():
        return None
    payout = SandboxPayout.objects.create(merchant=merchant, ref=new_ref("po"))
    waiting.update(payout=payout)
    return payout


def report(payout: SandboxPayout) -> dict[str, Any]:
    """The payout and its movements; together they add up to nothing."""
    moved = list(payout.movements.select_related("payment"))
    day = timezone.localdate(payout.created_at).isoformat()
    total = sum(each.amount_cents for each in moved)
    out = {"key": payout.ref, "kind": "payout", "ref": payout.ref, "amount_cents": -total, "on": day}
    return {
        "ref": payout.ref,
        "on": day,
        "currency": moved[0].payment.currency if moved else "EUR",
        "total_cents": 0,
        "lines": [*(_line(each) for each in moved), out],
    }


def _line(movement: SandboxMovement) -> dict[str, Any]:
    payment = movement.payment
    return {
        "key": f"{movement.kind}:{movement.ref}",
        "kind": movement.kind,
        "ref": payment.ref if movement.kind == "payment" else movement.ref,
        "payment_ref": movement.payment_ref,
        "tx_id": payment.tx_id,
        "amount_cents": movement.amount_cents,
        "text": payment.purpose,
        "on": timezone.localdate(movement.booked_at).isoformat(),
    }
