"""What really moved, summed up as the bank needs it."""

from __future__ import annotations

from django.db.models import Sum

from .models import SandboxMovement, SandboxPayment, new_ref


class BankRefusesError(Exception):
    """The bank will not do this; nothing was moved."""


def transfers(payment: SandboxPayment) -> list[SandboxMovement]:
    """The payers' transfers, two if somebody paid twice."""
    return list(payment.movements.filter(kind="payment"))


def transfer(payment: SandboxPayment, payment_ref: str) -> SandboxMovement:
    """The transfer of this name; the first if it is named by the payment itself. Raises BankRefusesError."""
    found = transfers(payment)
    named = [one for one in found if one.ref == payment_ref]
    if named or (found and payment_ref in {"", payment.ref, payment.tx_id}):
        return (named or found)[0]
    raise BankRefusesError("There is no such transfer.")


def fullest(payment: SandboxPayment) -> tuple[SandboxMovement, int]:
    """The transfer of which most is left, and how much, in cents. Raises BankRefusesError if nothing is left."""
    left = [(left_cents(payment, one.ref), one) for one in transfers(payment)]
    cents, money = max(left, key=lambda pair: pair[0], default=(0, None))
    if money is None or cents <= 0:
        raise BankRefusesError("Nothing of this payment is there.")
    return money, cents


def left_cents(payment: SandboxPayment, payment_ref: str) -> int:
    """What of a transfer is still with the merchant and not promised to go back."""
    moved = payment.movements.filter(payment_ref=payment_ref).exclude(kind="fee")
    waiting = payment.refunds.filter(payment_ref=payment_ref, state="pending")
    return (moved.aggregate(sum=Sum("amount_cents"))["sum"] or 0) - (
        waiting.aggregate(sum=Sum("amount_cents"))["sum"] or 0
    )


def received_cents(tx_id: str) -> int:
    """What came in and stayed for a payment, without fees."""
    moved = SandboxMovement.objects.filter(payment__tx_id=tx_id).exclude(kind="fee")
    return moved.aggregate(sum=Sum("amount_cents"))["sum"] or 0


def book(
    payment: SandboxPayment, kind: str, amount_cents: int, *, ref: str = "", payment_ref: str = ""
) -> SandboxMovement:
    ref = ref or new_ref("tr")
    return payment.movements.create(kind=kind, ref=ref, payment_ref=payment_ref or ref, amount_cents=amount_cents)
