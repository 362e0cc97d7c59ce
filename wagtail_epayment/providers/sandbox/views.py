"""The sandbox bank's page for payers, and for people who want to see what their site does when a bank misbehaves."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from .bank import ACTIONS, act
from .books import BankRefusesError, fullest
from .chargebacks import charge_back, reverse_chargeback
from .faults import Fault, Operation, plan
from .models import SandboxPayment
from .notices import deliver
from .payouts import pay_out
from .refunds import RefundMode, give_back

#: Buttons of the area "behave badly", in the order shown.
BAD_WAYS = {
    "timeout": gettext_lazy("Do not answer for a minute, then pay"),
    "days": gettext_lazy("Pay, but only in three days"),
    "silent": gettext_lazy("Pay and tell nobody"),
    "twice": gettext_lazy("Pay twice"),
    "duplicate": gettext_lazy("Pay and tell it three times"),
    "reorder": gettext_lazy("Pay and tell the older news last"),
    "lie": gettext_lazy("Pay and tell a wrong amount"),
    "failed_then_paid": gettext_lazy("Let it fail first, then pay"),
    "paid_then_failed": gettext_lazy("Pay, then call it failed by mistake"),
}
#: Buttons for a payment that has ended with money.
AFTERWARDS = {
    "chargeback": gettext_lazy("The payer's bank takes the money back"),
    "reverse": gettext_lazy("The payer's bank returns it after all"),
    "refund_half": gettext_lazy("Give half of it back at the bank"),
    "refund": gettext_lazy("Give everything back at the bank"),
    "payout": gettext_lazy("Pay out to the authority"),
}


@never_cache
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, ref: str) -> HttpResponse:
    payment = get_object_or_404(SandboxPayment.objects.select_related("merchant"), ref=ref)
    with translation.override(payment.language):
        error = _act(request, payment) if request.method == "POST" else ""
        if request.method == "POST" and not error:
            return redirect(payment.back_url if request.POST.get("action") in ACTIONS else request.path)
        page = render(request, "wagtail_epayment_sandbox/pay.html", {**_shown(payment), "error": error})
    page.status_code = 422 if error else 200
    return page


def _act(request: HttpRequest, payment: SandboxPayment) -> str:
    """Do what was asked for; returns why not, empty if it was done."""
    action = request.POST.get("action", "")
    if action in ACTIONS:
        _plan(request, payment)
        act(payment, action)
        return ""
    try:
        _afterwards(payment, action)
    except BankRefusesError:
        return _("That is not possible: so much of this payment is not there any more.")
    deliver(payment)
    return ""


def _plan(request: HttpRequest, payment: SandboxPayment) -> None:
    """What was chosen beside the button: how refunds go, and what goes wrong next."""
    mode = request.POST.get("refund_mode", "")
    if mode in RefundMode.values:
        SandboxPayment.objects.filter(pk=payment.pk).update(refund_mode=mode)
    for operation in Operation.values:
        fault = request.POST.get(f"fault_{operation}", "")
        if fault in Fault.values:
            plan(payment.merchant, operation, fault)


def _afterwards(payment: SandboxPayment, action: str) -> None:
    match action:
        case "chargeback":
            charge_back(payment)
        case "reverse":
            reverse_chargeback(payment)
        case "refund" | "refund_half":
            money, left = fullest(payment)
            cents = left if action == "refund" else (left + 1) // 2
            give_back(payment, amount_cents=cents, payment_ref=money.ref)
        case "payout":
            pay_out(payment.merchant)


def _shown(payment: SandboxPayment) -> dict[str, Any]:
    return {
        "payment": payment,
        "is_open": payment.state == "pending" and not payment.settles_at,
        "movements": payment.movements.all(),
        "bad_ways": BAD_WAYS.items(),
        "afterwards": AFTERWARDS.items(),
        "refund_modes": RefundMode.choices,
        "operations": Operation.choices,
        "faults": Fault.choices,
    }
