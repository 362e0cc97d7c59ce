"""The comparison for the cash office: what is explained, what is not, and where each row comes from."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet
from wagtail.models import Site
from wagtail.permissions import policy_registry

from wagtail_sitekit.scoping import VIEW_ACTIONS, sites_for

from ..models import Decision, SettlementReport
from ..reconciliation.classes import TO_LOOK_AT, RowClass, still_open
from ..reconciliation.summary import Period, open_before, rows_of, tiles
from ..settlements.registry import formats
from .reconciliation_cards import card_of, last_reports, with_evidence
from .reconciliation_divide import DivideView
from .reconciliation_page import ReconciliationPage
from .reconciliation_rows import EntryView, LineView, MessageView, ReportView
from .reconciliation_upload import FormatsView, UploadView

_A_PAGE = 25
_DAYS = 31


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    input_formats = ["%Y-%m-%d", "%d.%m.%Y"]


class PeriodForm(forms.Form):
    """Which commune, which days, which class; what is missing or wrong falls back to all, the last month, none."""

    site = forms.ModelChoiceField(Site.objects.none(), label=_("Commune"), required=False, empty_label=_("all"))
    first = DayField(label=_("First day"), required=False)
    last = DayField(label=_("Last day"), required=False)
    row_class = forms.ChoiceField(choices=[("", ""), *RowClass.choices], required=False, widget=forms.HiddenInput)
    only_open = forms.BooleanField(label=_("Only what is still open"), required=False)

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        if len(sites) < 2:
            del self.fields["site"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and first > last:
            self.add_error("last", _("The period ends before it begins."))
        return cleaned

    @property
    def period(self) -> Period:
        last = self.cleaned_data.get("last") or timezone.localdate()
        first = self.cleaned_data.get("first") or last - datetime.timedelta(days=_DAYS - 1)
        return Period(min(first, last), last)


class ReconciliationView(ReconciliationPage):
    """Counts and sums of every class, and the rows of one with their explanations."""

    model = SettlementReport
    any_permission_required = ["view"]
    template_name = "wagtail_epayment/admin/reconciliation.html"
    page_title = _("Reconciliation")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sites = sites_for(self.request.user, Decision, VIEW_ACTIONS)
        form = PeriodForm(_with_period(self.request.GET), sites=sites)
        form.is_valid()
        chosen = sites.filter(pk=form.cleaned_data["site"].pk) if form.cleaned_data.get("site") else sites
        chosen_ids = Site.objects.filter(pk__in=[site.pk for site in chosen])
        context = {
            **super().get_context_data(**kwargs),
            "form": form,
            "period": form.period,
            "tiles": [(tile, self._link(form, tile.row_class)) for tile in tiles(chosen_ids, form.period)],
            "before": open_before(chosen_ids, form.period),
            "may_import": self.user_has_permission("reconcile"),
        }
        return {**context, **self._listed(form, chosen_ids)}

    def _listed(self, form: PeriodForm, sites: Any) -> dict[str, Any]:
        name = form.cleaned_data.get("row_class")
        if not name:
            return {}
        row_class = RowClass(name)
        rows, day = rows_of(row_class, sites)
        rows = form.period.within(rows, day)
        if form.cleaned_data.get("only_open") and row_class in TO_LOOK_AT and row_class != RowClass.REPORTS:
            rows = rows.filter(still_open())
        ordered = with_evidence(rows.order_by(f"-{day}", "-pk"))
        page = Paginator(ordered, _A_PAGE).get_page(self.request.GET.get("p"))
        last = last_reports(sites)
        return {
            "row_class": row_class,
            "page": page,
            "cards": [card_of(row, row_class, last=last) for row in page],
            "query": self._link(form, row_class),
        }

    def _link(self, form: PeriodForm, row_class: str) -> str:
        asked = {
            "site": form.cleaned_data["site"].pk if form.cleaned_data.get("site") else "",
            "first": form.period.first.isoformat(),
            "last": form.period.last.isoformat(),
            "only_open": "on" if form.cleaned_data.get("only_open") else "",
            "row_class": row_class,
        }
        return "?" + urlencode({name: value for name, value in asked.items() if value})


def _with_period(asked: QueryDict) -> QueryDict:
    """What was asked for, with the last month where no days were: the fields show what the page shows."""
    data = asked.copy()
    today = timezone.localdate()
    for name, day in (("first", today - datetime.timedelta(days=_DAYS - 1)), ("last", today)):
        if not data.get(name):
            data[name] = day.isoformat()
    return data


class _ReconciliationItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return policy_registry.get_by_type(Decision).user_has_permission(request.user, "view")


class ReconciliationViewSet(ViewSet):
    """All pages of the comparison."""

    icon = "check"
    menu_label = _("Reconciliation")
    menu_item_class = _ReconciliationItem

    def get_urlpatterns(self) -> list[Any]:
        names = [cls.name for cls in formats]
        return [
            path("", self.construct_view(ReconciliationView), name="index"),
            path("import/", self.construct_view(FormatsView), name="formats"),
            *(
                path(f"import/{name}/", self.construct_view(UploadView, format_name=name), name=f"upload_{name}")
                for name in names
            ),
            path("report/<int:pk>/", self.construct_view(ReportView), name="report"),
            path("line/<int:pk>/", self.construct_view(LineView), name="line"),
            path("line/<int:pk>/divide/", self.construct_view(DivideView), name="divide"),
            path("entry/<int:pk>/", self.construct_view(EntryView), name="entry"),
            path("message/<int:pk>/", self.construct_view(MessageView), name="message"),
        ]
