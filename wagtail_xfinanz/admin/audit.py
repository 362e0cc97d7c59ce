"""Pages for auditors: search, and the trace of a cent."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.models import Site

from wagtail_epayment.admin.links import Link
from wagtail_epayment.admin.masking import masked_lines
from wagtail_epayment.errors import NotUnderstood
from wagtail_epayment.models import LedgerEntry, PaymentOrder
from wagtail_epayment.settlements.values import cents_of
from wagtail_epayment.state import account
from wagtail_sitekit.scoping import VIEW_ACTIONS, SiteScopedViewSet, sites_for

from ..audit.search import SHOWN, find_orders
from ..audit.trace import with_trace
from ..models import Batch, BatchState, DailyClosing, PostingRecord
from . import audit_exports
from .trail import BelowIndex


def sites_of_trace(user: Any) -> QuerySet[Site]:
    """Where this user sees payments and their postings alike."""
    payments = sites_for(user, PaymentOrder, ("view",))
    return sites_for(user, Batch, VIEW_ACTIONS).filter(pk__in=payments.values("pk"))


def trace_link(user: Any, order: PaymentOrder) -> Link | None:
    """From the page of an order in the payment app to its trace."""
    if not sites_of_trace(user).filter(pk=order.site_id).exists():
        return None
    return Link(TraceView.page_title, reverse("xfinanz_audit:order", args=[order.pk]))


class SearchForm(forms.Form):
    q = forms.CharField(
        label=_("Kassenzeichen, number of the errand, or reference of a payment service"),
        required=False,
        max_length=120,
    )
    amount = forms.CharField(label=_("Amount, e.g. 12,50"), required=False, max_length=20)
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean_q(self) -> str:
        return str(self.cleaned_data["q"]).replace("\0", "").strip()

    def clean_amount(self) -> int | None:
        text = self.cleaned_data["amount"].strip()
        try:
            return abs(cents_of(text, decimal="," if re.search(r",\d{1,2}$", text) else ".")) if text else None
        except NotUnderstood as error:
            raise forms.ValidationError(str(error)) from error


class TraceMixin(PermissionCheckedMixin):
    model = Batch
    any_permission_required = list(VIEW_ACTIONS)
    request: HttpRequest

    def order(self, pk: Any) -> PaymentOrder:
        found = PaymentOrder.objects.filter(site__in=sites_of_trace(self.request.user))
        return get_object_or_404(found, pk=pk)


class SearchView(BelowIndex, TraceMixin, WagtailAdminTemplateMixin, TemplateView):
    index_url_name = "xfinanz_audit:index"
    template_name = "wagtail_xfinanz/admin/audit.html"
    page_title = _("Audit")
    header_icon = "search"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = SearchForm(self.request.GET or None)
        found: list[PaymentOrder] = []
        if form.is_valid():
            said = form.cleaned_data
            found = find_orders(
                sites_of_trace(self.request.user), text=said["q"], cents=said["amount"], day=said["day"]
            )
        return {
            **super().get_context_data(**kwargs),
            "form": form,
            "orders": found[:SHOWN],
            "more": len(found) > SHOWN,
            "shown": SHOWN,
            "may_export": audit_exports.tenants_to_export(self.request.user).exists(),
        }


class TraceView(BelowIndex, TraceMixin, WagtailAdminTemplateMixin, TemplateView):
    """An order with everything before and after its money; masked where a message may be personal."""

    index_url_name = "xfinanz_audit:index"
    index_label = _("Audit")
    template_name = "wagtail_xfinanz/admin/trace.html"
    page_title = _("From the click to the file")
    header_icon = "search"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order = with_trace(self.order(self.kwargs["order"]).pk)
        if order is None:
            raise Http404
        return {
            **super().get_context_data(**kwargs),
            "order": order,
            "account": account(order),
            "attempts": [
                {"attempt": attempt, "messages": [(row, masked_lines(row)) for row in attempt.messages.all()]}
                for attempt in order.attempts.all()
            ],
            "released": BatchState.RELEASED,
        }


class OfEntryView(TraceMixin, View):
    """From a ledger entry to its place in the trace."""

    def get(self, request: HttpRequest, entry_id: int) -> HttpResponseBase:
        entry = get_object_or_404(LedgerEntry, pk=entry_id)
        return _to(self.order(entry.order_id), f"entry-{entry.pk}")


class OfPostingView(TraceMixin, View):
    """From a posting in a batch to its place in the trace."""

    def get(self, request: HttpRequest, posting: int) -> HttpResponseBase:
        record = get_object_or_404(PostingRecord.objects.select_related("entry"), pk=posting)
        return _to(self.order(record.entry.order_id), f"posting-{record.pk}")


class AuditViewSet(SiteScopedViewSet):
    """No rows of its own: ways through those of others."""

    model = Batch
    icon = "search"
    menu_label = _("Audit")
    add_to_reference_index = False
    form_fields: list[str] = []

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self.construct_view(SearchView), name="index"),
            path("export/", self.construct_view(audit_exports.ExportView, model=DailyClosing), name="export"),
            path(
                "export/<int:export>/",
                self.construct_view(audit_exports.ExportStateView, model=DailyClosing),
                name="export_state",
            ),
            path(
                "export/<int:export>/file/",
                self.construct_view(audit_exports.ExportFileView, model=DailyClosing),
                name="export_file",
            ),
            path("order/<uuid:order>/", self.construct_view(TraceView), name="order"),
            path("entry/<int:entry_id>/", self.construct_view(OfEntryView), name="entry"),
            path("posting/<int:posting>/", self.construct_view(OfPostingView), name="posting"),
        ]

    def register_admin_url_finder(self) -> None:
        """Batches are found on their own pages."""


def _to(order: PaymentOrder, anchor: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("xfinanz_audit:order", args=[order.pk]) + f"#{anchor}")
