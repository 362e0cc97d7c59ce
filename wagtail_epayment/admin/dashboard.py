"""On the admin's first page: what in payments waits for this person."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from wagtail_sitekit.scoping import visible

from ..models import ContractBreaker, PaymentContract, ProviderMessage, Refund, RefundState
from ..reconciliation import classes


class PaymentsPanel(Component):
    """Shown only to whom it concerns, and only if something waits."""

    order = 60

    def render_html(self, parent_context: Any = None) -> str:
        lines = waiting(parent_context["request"].user)
        return render_to_string("wagtail_epayment/admin/panel.html", {"lines": lines}) if lines else ""


def waiting(user: Any) -> list[tuple[str, str]]:
    """Sentences with their addresses: discrepancies nobody has closed, refunds to approve, silent providers."""
    viewset: Any = PaymentContract.snippet_viewset
    odd, refunds, silent = _discrepancies(user).count(), _to_approve(user).count(), _silent(user).count()
    told = [
        (
            odd,
            ngettext("%(n)s message did not fit", "%(n)s messages did not fit", odd),
            reverse("epayment_messages:index") + "?open=1",
        ),
        (
            refunds,
            ngettext("%(n)s refund waits for approval", "%(n)s refunds wait for approval", refunds),
            reverse("epayment_refunds:index") + f"?state={RefundState.REQUESTED}",
        ),
        (
            silent,
            ngettext("%(n)s payment service does not answer", "%(n)s payment services do not answer", silent),
            reverse(viewset.get_url_name("list")),
        ),
    ]
    return [(sentence % {"n": count}, url) for count, sentence, url in told if count]


def _discrepancies(user: Any) -> QuerySet[ProviderMessage]:
    sites = policy_registry.get_by_type(ProviderMessage).sites_user_has_any_permission_for(user, ["view"])
    return classes.messages(sites).filter(classes.still_open())


def _to_approve(user: Any) -> QuerySet[Any]:
    """Nobody waits for their own approval."""
    return visible(user, Refund, "approve").filter(state=RefundState.REQUESTED).exclude(requested_by=user)


def _silent(user: Any) -> QuerySet[ContractBreaker]:
    contracts = visible(user, PaymentContract).values("pk")
    return ContractBreaker.objects.filter(contract__in=contracts, open_until__gt=timezone.now())
