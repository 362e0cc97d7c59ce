"""Importing a settlement file: first the format, then the file with what the format asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.models import Site

from wagtail_sitekit.money import format_money
from wagtail_sitekit.scoping import sites_for

from ..errors import NotUnderstood
from ..flows.import_report import Imported, import_file
from ..models import Decision, PaymentContract, SettlementReport
from ..settlements.base import BaseSettlementFormat
from ..settlements.registry import formats
from ..settlements.xml import MAX_BYTES
from .reconciliation_cards import NAMESPACE
from .reconciliation_page import ReconciliationPage


class UploadForm(forms.Form):
    """Whose report it is, and the file."""

    site = forms.ModelChoiceField(Site.objects.none(), label=gettext_lazy("Commune"))
    contract = forms.ModelChoiceField(PaymentContract.objects.none(), label=gettext_lazy("Contract"))
    file = forms.FileField(label=gettext_lazy("File"), max_length=200)

    def __init__(self, *args: Any, format_class: type[BaseSettlementFormat], sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["site" if format_class.is_of_bank else "contract"]
        chosen.queryset = sites if format_class.is_of_bank else PaymentContract.objects.filter(site__in=sites)
        del self.fields["contract" if format_class.is_of_bank else "site"]
        if len(chosen.queryset) == 1:
            chosen.initial = chosen.queryset[0].pk

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        return file


class FormatsView(ReconciliationPage):
    """Which kind of file it is."""

    model = SettlementReport
    permission_required = "reconcile"
    template_name = "wagtail_epayment/admin/reconciliation_formats.html"
    page_title = gettext_lazy("Import a report")
    header_icon = "upload"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        links = [(cls.label, reverse(f"{NAMESPACE}:upload_{cls.name}")) for cls in formats]
        return {**super().get_context_data(**kwargs), "formats": links}


class UploadView(ReconciliationPage):
    """The file and the options of its format, filled in as they were the last time."""

    model = SettlementReport
    permission_required = "reconcile"
    template_name = "wagtail_epayment/admin/reconciliation_upload.html"
    format_name = ""
    header_icon = "upload"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.format_class = formats.get(self.format_name)
        self.sites = sites_for(request.user, Decision, ("reconcile",))

    def get_page_title(self) -> str:
        return str(self.format_class.label)

    def forms_of(self, data: Any = None, files: Any = None) -> tuple[UploadForm, forms.Form]:
        upload = UploadForm(data, files, format_class=self.format_class, sites=self.sites)
        cls = type("OptionsForm", (forms.Form,), dict(self.format_class.option_fields))
        reports = SettlementReport.objects.filter(site__in=self.sites, format=self.format_class.name)
        last = reports.values_list("options", flat=True).first()
        return upload, cls(data, initial=last, prefix="option")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "form" not in kwargs:
            kwargs["form"], kwargs["options"] = self.forms_of()
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, options = self.forms_of(request.POST, request.FILES)
        if form.is_valid() and options.is_valid():
            contract = form.cleaned_data.get("contract")
            try:
                imported = import_file(
                    site=contract.site if contract else form.cleaned_data["site"],
                    format_name=self.format_class.name,
                    data=form.cleaned_data["file"].read(),
                    user=request.user,  # type: ignore[arg-type]
                    contract=contract,
                    options=options.cleaned_data,
                )
            except NotUnderstood as error:
                form.add_error("file", str(error))
            else:
                _tell(request, imported)
                return redirect(_next(imported))
        context = self.get_context_data(form=form, options=options, **kwargs)
        return self.render_to_response(context, status=422)


def _next(imported: Imported) -> str:
    if len(imported.reports) == 1:
        return reverse(f"{NAMESPACE}:report", args=[imported.reports[0].pk])
    return reverse(f"{NAMESPACE}:index")


def _tell(request: HttpRequest, imported: Imported) -> None:
    if imported.is_repetition:
        messages.warning(request, _("This file has been imported before. Nothing has changed."))
        return
    told = ngettext("%(lines)s line imported", "%(lines)s lines imported", imported.lines) % {"lines": imported.lines}
    known = _("%(known)s of them were known already and count once.") % {"known": imported.known}
    messages.success(request, f"{told}. {known}" if imported.known else f"{told}.")
    for report in imported.not_adding_up:
        facts = {
            "report": report,
            "said": format_money(report.total_cents or 0, report.currency),
            "lines": format_money(report.lines_cents, report.currency),
        }
        messages.error(request, _("%(report)s says its total is %(said)s, but its lines add up to %(lines)s.") % facts)
