"""A payer's bank takes money back (Rücklastschrift, dispute), and sometimes gives it back again."""

from __future__ import annotations

from django.db import transaction

from .books import BankRefusesError, book, fullest
from .models import SandboxMovement, SandboxPayment, new_ref
from .notices import chargeback_statement, queue

#: What the bank takes for it, in cents.
FEE_CENTS = 350


@transaction.atomic
def charge_back(payment: SandboxPayment, *, amount_cents: int = 0, fee_cents: int = FEE_CENTS) -> SandboxMovement:
    """Take a payment back, whole if no amount is given, and a fee. Locks the payment. Raises BankRefusesError."""
    payment = SandboxPayment.objects.select_for_update().get(pk=payment.pk)
    money, left = fullest(payment)
    cents = amount_cents or left
    if not 0 < cents <= left:
        raise BankRefusesError(f"Only {left} cents of this payment are there.")
    taken = book(payment, "chargeback", -cents, ref=new_ref("cb"), payment_ref=money.ref)
    if fee_cents:
        book(payment, "fee", -fee_cents, ref=taken.ref, payment_ref=money.ref)
    queue(payment, chargeback_statement(taken, fee_cents=fee_cents))
    return taken


@transaction.atomic
def reverse_chargeback(payment: SandboxPayment) -> SandboxMovement:
    """Give back what was taken last; the fee stays. Locks the payment. Raises BankRefusesError."""
    payment = SandboxPayment.objects.select_for_update().get(pk=payment.pk)
    returned = payment.movements.filter(kind="chargeback_reversal").values("ref")
    taken = payment.movements.filter(kind="chargeback").exclude(ref__in=returned).last()
    if taken is None:
        raise BankRefusesError("Nothing of this payment was taken back.")
    again = book(payment, "chargeback_reversal", -taken.amount_cents, ref=taken.ref, payment_ref=taken.payment_ref)
    queue(payment, chargeback_statement(again, fee_cents=0))
    return again
