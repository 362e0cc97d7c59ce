"""From the page of an order: ask for a refund of a payment, or enter that a bank took one back."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.permissions import policy_registry

from wagtail_sitekit.money import format_money
from wagtail_sitekit.scoping import sites_for, visible

from ..flows import record_chargeback, refundable_cents, request_refund
from ..models import Decision, EntryKind, LedgerEntry, PaymentOrder, Refund
from ..transitions import REFUND_UNDECIDED
from .asking import AskingView
from .refund_forms import AskForm, ChargebackForm


class OfOrderView(AskingView):
    """About one payment of an order; with several, links choose which."""

    template_name = "wagtail_epayment/admin/of_order.html"
    right: tuple[type[Any], str]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        sites = sites_for(request.user, self.right[0], (self.right[1],))
        orders = PaymentOrder.objects.select_related("site")
        self.order = get_object_or_404(orders, pk=kwargs["order"], site__in=sites)
        self.payments = list(self.order.entries.filter(kind=EntryKind.PAYMENT).order_by("pk"))
        self.payment = self._chosen(request.GET.get("payment", ""))

    def _chosen(self, key: str) -> LedgerEntry:
        chosen = [payment for payment in self.payments if str(payment.pk) == key] if key else self.payments
        if not chosen:
            raise Http404
        return chosen[0]

    def user_has_permission(self, permission: str) -> bool:
        policy = policy_registry.get_by_type(self.right[0])
        return bool(policy.user_has_permission(self.request.user, permission))

    def get_page_subtitle(self) -> str:
        return self.order.reference

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "payment": self.payment}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        others = [
            (payment.pk, format_money(payment.amount_cents, payment.currency), payment.occurred_at)
            for payment in self.payments
            if payment != self.payment
        ]
        return {**super().get_context_data(**kwargs), "others": others}

    def facts(self) -> list[tuple[str | Promise, str]]:
        payment = self.payment
        return [
            (_("Payment reference"), self.order.reference),
            (_("Purpose"), self.order.purpose),
            (_("Paid"), format_money(payment.amount_cents, payment.currency)),
            (_("Can still be given back"), format_money(refundable_cents(payment), payment.currency)),
        ]

    def back(self) -> str:
        if visible(self.request.user, PaymentOrder).filter(pk=self.order.pk).exists():
            return reverse("epayment_orders:inspect", args=[self.order.pk])
        return reverse(str(self.index_url_name))


class AskView(OfOrderView):
    right = (Refund, "request")
    permission_required = "request"
    form_class = AskForm
    button = _("Ask for a refund")
    question = _("Above the limit of the contract another person has to approve it before the money goes back.")
    done = _("The refund is asked for.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        refunds = Refund.objects.filter(order=self.order, state__in=REFUND_UNDECIDED).order_by("created_at")
        return {**super().get_context_data(**kwargs), "refunds": refunds}

    def do(self, data: dict[str, Any], user: AbstractBaseUser) -> None:
        request_refund(
            payment=self.payment,
            amount_cents=data["amount"],
            believed_cents=data["believed_cents"],
            reason=data["reason"],
            user=user,
        )


class ChargebackView(OfOrderView):
    right = (Decision, "reconcile")
    permission_required = "reconcile"
    form_class = ChargebackForm
    button = _("Enter a chargeback")
    question = _("Enter what stands on the bank statement. The order is open again by this amount.")
    done = _("The chargeback is booked.")

    def do(self, data: dict[str, Any], user: AbstractBaseUser) -> None:
        record_chargeback(
            payment=self.payment,
            amount_cents=data["amount"],
            fee_cents=data["fee"] or 0,
            reference=data["reference"],
            occurred_on=data["occurred_on"],
            reason=data["reason"],
            user=user,
            is_reversal=data["kind"] == "returned",
        )
