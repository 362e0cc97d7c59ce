"""Reports on the ledger: a table, a chart of it, and the same as CSV or XLSX."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.models import Site
from wagtail.permissions import policy_registry

from wagtail_sitekit.scoping import VIEW_ACTIONS, sites_for

from ..models import LedgerEntry
from ..reporting import LENGTH, LINE, Grouping, Row, bars, entries_between, grouped, totals
from .reconciliation import DayField

_A_PAGE = 100
#: More bars are no chart any more; the table has them all.
_BARS = 31


class ReportForm(forms.Form):
    """Which days, which commune, summed by what. Empty: this month, all of the person's communes, by day."""

    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("To"), required=False)
    by = forms.ChoiceField(label=_("Summed by"), required=False, choices=Grouping.choices)
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Commune"), required=False, empty_label=_("all"))

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("first") and cleaned.get("last") and cleaned["first"] > cleaned["last"]:
            self.add_error("last", _("The period ends before it begins."))
        return cleaned


class LedgerReportView(SpreadsheetExportMixin, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """One query on the ledger, however many entries there are."""

    model = LedgerEntry
    any_permission_required = ["view"]
    template_name = "wagtail_epayment/admin/report.html"
    page_title = _("Reports")
    header_icon = "table"
    export_filename = "payments"
    list_export = ["label", "currency", "payments", "paid", "refunded", "charged_back", "fees", "kept"]
    export_headings = {
        "label": _("Group"),
        "currency": _("Currency"),
        "payments": _("Payments"),
        "paid": _("Paid"),
        "refunded": _("Given back"),
        "charged_back": _("Charged back"),
        "fees": _("Fees"),
        "kept": _("Kept"),
    }

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    @cached_property
    def form(self) -> ReportForm:
        today = timezone.localdate()
        usual = {"first": today.replace(day=1).isoformat(), "last": today.isoformat(), "by": Grouping.DAY}
        given = {name: value for name, value in self.request.GET.items() if value}
        return ReportForm({**usual, **given}, sites=self._sites)

    @cached_property
    def _sites(self) -> Any:
        return sites_for(self.request.user, LedgerEntry, VIEW_ACTIONS)

    @cached_property
    def entries(self) -> Any:
        if not self.form.is_valid():
            return LedgerEntry.objects.none()
        asked = self.form.cleaned_data
        today = timezone.localdate()
        first, last = asked["first"] or today.replace(day=1), asked["last"] or today
        sites = self._sites.filter(pk=asked["site"].pk) if asked["site"] else self._sites
        return entries_between(sites, first=_midnight(first), end=_midnight(last + datetime.timedelta(days=1)))

    @cached_property
    def rows(self) -> list[Row]:
        return grouped(self.entries, Grouping(self.form.cleaned_data.get("by") or Grouping.DAY))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_valid = self.form.is_valid()
        page = Paginator(self.rows if is_valid else [], _A_PAGE).get_page(self.request.GET.get("p"))
        chart = bars(list(page)[:_BARS])
        return {
            **super().get_context_data(**kwargs),
            "form": self.form,
            "page": page,
            "rows": [(row, row.as_money()) for row in page],
            "totals": [(row, row.as_money()) for row in totals(self.rows if is_valid else [])],
            "bars": chart,
            "chart_height": LINE * len(chart),
            "chart_length": LENGTH,
            "is_cut": len(page) > _BARS,
            "query": self._query(),
        }

    def _query(self) -> str:
        asked = self.request.GET.copy()
        for name in ("p", "export"):
            asked.pop(name, None)
        return asked.urlencode()

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if self.is_export and self.form.is_valid():
            return self.as_spreadsheet(self.rows, self.request.GET["export"])
        return super().render_to_response(context, **kwargs)

    def to_row_dict(self, item: Row) -> dict[str, Any]:
        # A purpose that begins like a formula must not become one.
        label = f"'{item.label}" if item.label[:1] in "=+-@\t\r" else item.label
        texts = {"label": label, "currency": item.currency, "payments": item.payments}
        sums = {name: item.as_decimal(name) for name in self.list_export if name not in texts}
        return {**texts, **sums}


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


class ReportMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return bool(policy_registry.get_by_type(LedgerEntry).user_has_permission(request.user, "view"))


class ReportViewSet(ViewSet):
    icon = "table"
    menu_label = _("Reports")
    menu_item_class = ReportMenuItem

    def get_urlpatterns(self) -> list[Any]:
        return [path("", self.construct_view(LedgerReportView), name="index")]
