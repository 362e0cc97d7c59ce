"""One row of the comparison with all its evidence, and what a person decides about it."""

from __future__ import annotations

import abc
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.models import Site
from wagtail.permissions import policy_registry

from wagtail_sitekit.scoping import VIEW_ACTIONS, sites_for

from ..errors import DecisionNotPossible
from ..flows.decide import decide
from ..flows.divide import can_be_divided
from ..models import (
    Decision,
    DecisionKind,
    LedgerEntry,
    PaymentOrder,
    ProviderMessage,
    SettlementLine,
    SettlementReport,
)
from ..reconciliation import classes
from .masking import masked_lines
from .reconciliation_cards import card_of, class_of_entry, last_reports, masked_details, with_evidence
from .reconciliation_page import ReconciliationPage

_A_PAGE = 50


class DecisionForm(forms.Form):
    """What a person decides about a row, and why."""

    kind = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    reference = forms.CharField(label=_("Kassenzeichen of the order"), required=False, max_length=40)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, site: Site, can_assign: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        # A division has a page of its own.
        left_out = {DecisionKind.DIVIDE} if can_assign else {DecisionKind.DIVIDE, DecisionKind.ASSIGN}
        kinds = [choice for choice in DecisionKind.choices if choice[0] not in left_out]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        if not can_assign:
            del self.fields["reference"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        reference = "".join((cleaned.get("reference") or "").split())
        if cleaned.get("kind") != DecisionKind.ASSIGN:
            return {**cleaned, "order": None}
        order = PaymentOrder.objects.filter(site=self.site, reference=reference).first()
        if order is None:
            self.add_error("reference", _("There is no order with this Kassenzeichen."))
        return {**cleaned, "order": order}


class RowView(ReconciliationPage, abc.ABC):
    """Base: shows the row on GET; POST decides, for those who may reconcile on its site."""

    any_permission_required = ["view"]
    template_name = "wagtail_epayment/admin/reconciliation_row.html"
    can_assign: ClassVar[bool] = False

    @cached_property  # whatever the row is, the right is on decisions
    def permission_policy(self) -> Any:
        return policy_registry.get_by_type(Decision)

    @abc.abstractmethod
    def rows(self, sites: QuerySet[Site]) -> QuerySet[Any]:
        """The rows of these sites."""

    @abc.abstractmethod
    def site_of(self, row: Any) -> Site:
        """The commune the row belongs to."""

    def class_of(self, row: Any) -> str:
        return str(getattr(row, "row_class", ""))

    def details_of(self, row: Any) -> list[tuple[str, str]]:
        return []

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        sites = sites_for(request.user, Decision, VIEW_ACTIONS)
        self.row = get_object_or_404(with_evidence(self.rows(sites)), pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return str(self.row._meta.verbose_name)

    @property
    def may_decide(self) -> bool:
        policy = policy_registry.get_by_type(Decision)
        return policy.user_has_permission_for_instance(self.request.user, "reconcile", self.site_of(self.row))

    def form(self, data: Any = None) -> DecisionForm:
        return DecisionForm(data, site=self.site_of(self.row), can_assign=self.can_assign)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        last = last_reports(Site.objects.filter(pk=self.site_of(self.row).pk))
        context = {"card": card_of(self.row, self.class_of(self.row), last=last), "details": self.details_of(self.row)}
        if self.may_decide:
            context["form"] = kwargs.pop("form", None) or self.form()
        return {**super().get_context_data(**kwargs), **context, "row": self.row}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_decide:
            raise PermissionDenied
        form = self.form(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                decide(
                    self.row,
                    kind=DecisionKind(given["kind"]),
                    reason=given["reason"],
                    user=request.user,  # type: ignore[arg-type]
                    order=given["order"],
                )
            except DecisionNotPossible as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Your decision is recorded."))
                return redirect(request.path)
        return self.render_to_response(self.get_context_data(form=form, **kwargs), status=422)


class LineView(RowView):
    model = SettlementLine
    can_assign = True

    def rows(self, sites: QuerySet[Site]) -> QuerySet[Any]:
        return classes.lines(sites)

    def site_of(self, row: Any) -> Site:
        return row.report.site

    def details_of(self, row: Any) -> list[tuple[str, str]]:
        return masked_details(row)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "can_be_divided": self.may_decide and can_be_divided(self.row)}


class EntryView(RowView):
    model = LedgerEntry

    def rows(self, sites: QuerySet[Site]) -> QuerySet[Any]:
        return LedgerEntry.objects.filter(order__site__in=sites)

    def site_of(self, row: Any) -> Site:
        return row.order.site

    def class_of(self, row: Any) -> str:
        return class_of_entry(row, classes.overdue_since())


class MessageView(RowView):
    model = ProviderMessage

    def rows(self, sites: QuerySet[Site]) -> QuerySet[Any]:
        return classes.messages(sites)

    def site_of(self, row: Any) -> Site:
        return row.contract.site

    def details_of(self, row: Any) -> list[tuple[str, str]]:
        return masked_lines(row)


class ReportView(ReconciliationPage):
    """A report as it came: who imported it, what it says of itself, and its lines."""

    model = SettlementReport
    any_permission_required = ["view"]
    template_name = "wagtail_epayment/admin/reconciliation_report.html"
    page_title = _("Settlement report")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.sites = sites_for(request.user, Decision, VIEW_ACTIONS)
        reports = SettlementReport.objects.filter(site__in=self.sites).select_related("site", "contract", "imported_by")
        self.report = get_object_or_404(reports.defer("raw"), pk=kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lines = with_evidence(classes.lines(self.sites).filter(report=self.report).order_by("position"))
        page = Paginator(lines, _A_PAGE).get_page(self.request.GET.get("p"))
        cards = [card_of(line, line.row_class, last={}) for line in page]
        return {**super().get_context_data(**kwargs), "report": self.report, "page": page, "cards": cards, "query": "?"}
