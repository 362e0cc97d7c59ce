"""What people decide about a refund, one page each: approve, reject, take up a proposal, confirm by hand."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.forms import HiddenInput, IntegerField
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.permissions import policy_registry

from wagtail_sitekit.money import format_money
from wagtail_sitekit.people import person_name

from .. import flows
from ..models import Refund, RefundState
from .asking import AskingView
from .refund_forms import ConfirmForm, ReasonForm, RemarkForm


class StepView(AskingView):
    """Base of the steps. Who asked for the money is shown no step that another person has to take."""

    model = Refund
    states: ClassVar[tuple[str, ...]]
    right: ClassVar[str]
    needs_other: ClassVar[bool] = True

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = Refund.objects.select_related("order__site", "payment", "requested_by")
        self.refund = get_object_or_404(rows, pk=kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        policy = policy_registry.get_by_type(Refund)
        if not policy.user_has_permission_for_instance(request.user, self.right, self.refund):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return self.refund.order.reference

    def facts(self) -> list[tuple[str | Promise, str]]:
        refund = self.refund
        asked_by = person_name(refund.requested_by) or str(refund.get_cause_display())
        return [
            (_("Payment reference"), refund.order.reference),
            (_("Amount"), format_money(refund.amount_cents, refund.currency)),
            (_("Of a payment of"), format_money(refund.payment.amount_cents, refund.currency)),
            (_("Reason"), refund.reason),
            (_("Asked for by"), asked_by),
        ]

    def back(self) -> str:
        return reverse(str(self.inspect_url_name), args=[self.refund.pk])


class ApproveView(StepView):
    states = (RefundState.REQUESTED,)
    right = "approve"
    form_class = RemarkForm
    button = _("Approve")
    question = _("The money is sent back to the payer at once, where the payment service can do so.")
    done = _("The refund is approved.")

    def do(self, data: dict[str, Any], user: AbstractBaseUser) -> None:
        flows.approve_refund(self.refund, user=user, reason=data["reason"])


class RejectView(StepView):
    states = (RefundState.REQUESTED, RefundState.PROPOSED)
    right = "approve"
    needs_other = False
    form_class = ReasonForm
    is_serious = True
    button = _("Reject")
    question = _("The money stays with the commune.")
    done = _("The refund is rejected.")

    def do(self, data: dict[str, Any], user: AbstractBaseUser) -> None:
        flows.reject_refund(self.refund, user=user, reason=data["reason"])


class TakeUpForm(RemarkForm):
    believed_cents = IntegerField(widget=HiddenInput)


class TakeUpView(StepView):
    states = (RefundState.PROPOSED,)
    right = "request"
    form_class = TakeUpForm
    button = _("Ask for this refund")
    question = _("The portal proposes this refund. Above the limit of the contract another person has to approve it.")
    done = _("The refund is asked for.")

    def get_initial(self) -> dict[str, Any]:
        return {"believed_cents": flows.refundable_cents(self.refund.payment)}

    def do(self, data: dict[str, Any], user: AbstractBaseUser) -> None:
        flows.take_up_proposal(self.refund, believed_cents=data["believed_cents"], reason=data["reason"], user=user)


class ConfirmView(StepView):
    states = (RefundState.MANUAL, RefundState.UNKNOWN)
    right = "approve"
    form_class = ConfirmForm
    button = _("Say how it ended")
    question = _("Enter this only after you have seen it on the bank statement or heard it from the payment service.")
    done = _("The result is kept.")

    def do(self, data: dict[str, Any], user: AbstractBaseUser) -> None:
        flows.confirm_by_hand(
            self.refund,
            user=user,
            reference=data["reference"],
            succeeded=data["result"] == "succeeded",
            reason=data["reason"],
        )


STEPS: dict[str, type[StepView]] = {
    "approve": ApproveView,
    "reject": RejectView,
    "take-up": TakeUpView,
    "confirm": ConfirmView,
}


def possible(user: Any, refund: Refund) -> list[dict[str, Any]]:
    """The steps this user may take with the refund now."""
    policy = policy_registry.get_by_type(Refund)
    return [
        {"name": name, "label": view.button, "is_serious": view.is_serious}
        for name, view in STEPS.items()
        if refund.state in view.states
        and policy.user_has_permission_for_instance(user, view.right, refund)
        and not (view.needs_other and refund.requested_by_id == user.pk)
    ]
