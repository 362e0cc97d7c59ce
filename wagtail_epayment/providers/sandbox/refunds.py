"""Money the bank gives back: asked for by the merchant, or made at the bank without it."""

from __future__ import annotations

import datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .books import BankRefusesError, book, left_cents, transfer
from .models import SandboxPayment, SandboxRefund, new_ref
from .notices import queue, refund_statement

_LATER = datetime.timedelta(minutes=1)


class RefundMode(models.TextChoices):
    """How the refunds of a payment go."""

    AT_ONCE = "at_once", _("it is given back at once")
    LATER = "later", _("it is given back a minute later")
    FAILS = "fails", _("it fails at once")
    FAILS_LATER = "fails_later", _("it fails a minute later")
    COMES_BACK = "comes_back", _("it is given back and returns a minute later")


#: First state, and what becomes of it.
_COURSE = {
    RefundMode.AT_ONCE: ("succeeded", ""),
    RefundMode.LATER: ("pending", "succeeded"),
    RefundMode.FAILS: ("failed", ""),
    RefundMode.FAILS_LATER: ("pending", "failed"),
    RefundMode.COMES_BACK: ("succeeded", "failed"),
}


@transaction.atomic
def give_back(payment: SandboxPayment, *, amount_cents: int, payment_ref: str = "", key: str = "") -> SandboxRefund:
    """Begin a refund, once for a key. Without a key it was made at the bank. Locks the payment.

    Raises BankRefusesError if more would go back than there is, or the key was used for another amount.
    """
    payment = SandboxPayment.objects.select_for_update().get(pk=payment.pk)
    if key and (known := payment.refunds.filter(key=key).first()):
        if known.amount_cents != amount_cents:
            raise BankRefusesError("This key was used for another amount.")
        return known
    money = transfer(payment, payment_ref)
    if not 0 < amount_cents <= left_cents(payment, money.ref):
        raise BankRefusesError("So much is not there.")
    state, then = _COURSE[RefundMode(payment.refund_mode)] if key else ("succeeded", "")
    refund = SandboxRefund.objects.create(
        payment=payment,
        key=key,
        ref=new_ref("re"),
        payment_ref=money.ref,
        amount_cents=amount_cents,
        state=state,
        next_state=then,
        settles_at=timezone.now() + _LATER if then else None,
    )
    _take_effect(refund)
    return refund


def settle_refund(refund: SandboxRefund, *, now: datetime.datetime | None = None) -> None:
    """What was to become of a refund happens when its time has come."""
    due = SandboxRefund.objects.filter(pk=refund.pk, settles_at__lte=now or timezone.now()).exclude(next_state="")
    with transaction.atomic():
        if due.update(state=models.F("next_state"), next_state=""):
            refund.refresh_from_db()
            _take_effect(refund)


def _take_effect(refund: SandboxRefund) -> None:
    payment = refund.payment
    was_paid = payment.movements.filter(kind="refund", ref=refund.ref).exists()
    if refund.state == "succeeded":
        book(payment, "refund", -refund.amount_cents, ref=refund.ref, payment_ref=refund.payment_ref)
    elif refund.state == "failed" and was_paid:
        book(payment, "refund_reversal", refund.amount_cents, ref=refund.ref, payment_ref=refund.payment_ref)
    queue(payment, refund_statement(refund))
