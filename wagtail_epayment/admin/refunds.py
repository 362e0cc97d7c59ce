"""Giving money back: the list, the page of one refund, and the steps people take with it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from wagtail_sitekit.people import person_name

from ..flows.refundable import covered_cents
from ..models import Refund, RefundState
from .ask import AskView, ChargebackView
from .money import MoneyColumn
from .records import ReadOnlyViewSet, RecordIndexView
from .refund_steps import STEPS, possible

_WITH = ("order__site", "payment", "attempt__contract", "requested_by", "decided_by")


class PersonColumn(Column):
    def get_value(self, instance: Refund) -> str:
        return person_name(instance.requested_by) or str(_("the portal"))


class RefundIndexView(RecordIndexView):
    any_permission_required = ["view", "request", "approve"]
    joined = ("order", "requested_by")


class RefundInspectView(InspectView):
    """All that somebody needs to decide about a refund."""

    any_permission_required = ["view", "request", "approve"]
    template_name = "wagtail_epayment/admin/refund.html"
    page_title = _("Refund")

    def get_object(self, queryset: Any = None) -> Refund:
        return get_object_or_404(Refund.objects.select_related(*_WITH), pk=self.pk)

    def get_fields_context(self) -> list[Any]:
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        refund: Refund = self.object
        steps = possible(self.request.user, refund)
        is_unsent = refund.state in (RefundState.REQUESTED, RefundState.APPROVED, RefundState.MANUAL)
        is_overtaken = is_unsent and covered_cents(refund) < refund.amount_cents
        context = {"refund": refund, "steps": steps, "is_overtaken": is_overtaken}
        return {**super().get_context_data(**kwargs), **context}


class RefundViewSet(ReadOnlyViewSet):
    model = Refund
    icon = "rotate"
    menu_label = _("Refunds")
    index_view_class = RefundIndexView
    inspect_view_class = RefundInspectView
    list_display = [
        "order",
        MoneyColumn("amount", label=_("Amount")),
        "state",
        "cause",
        PersonColumn("asked", label=_("Asked for by")),
        "created_at",
    ]
    list_filter = {"state": ["exact"], "cause": ["exact"], "created_at": ["gte", "lte"]}
    search_fields = ["order__reference", "provider_ref", "reason"]
    list_export = [
        "order", "amount_cents", "currency", "state", "cause", "reason", "requested_by", "requested_at",
        "decided_by", "decided_at", "decision", "provider_ref",
    ]  # fmt: skip

    def get_urlpatterns(self) -> list[Any]:
        steps = [
            path(f"inspect/<uuid:pk>/{name}/", self.construct_view(view), name=name) for name, view in STEPS.items()
        ]
        return [
            *super().get_urlpatterns(),
            *steps,
            path("ask/<uuid:order>/", self.construct_view(AskView), name="ask"),
            path("chargeback/<uuid:order>/", self.construct_view(ChargebackView), name="chargeback"),
        ]

    def get_queryset(self, request: Any) -> QuerySet[Refund]:
        return Refund.objects.all()
