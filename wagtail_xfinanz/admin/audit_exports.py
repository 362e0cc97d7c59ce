"""Everything of a period: an auditor asks for it, sees how far it is, and takes it home. Nobody else gets it."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.permissions import policy_registry

from wagtail_sitekit.scoping import sites_for

from .. import conf, flows
from ..errors import BookkeepingError
from ..models import AuditExport, DailyClosing, ExportState, FinanceTenant
from .trail import BelowIndex

SHOWN = 50


def tenants_to_export(user: Any) -> QuerySet[FinanceTenant]:
    return FinanceTenant.objects.filter(site__in=sites_for(user, DailyClosing, ("audit",)))


def exports_of(user: Any) -> QuerySet[AuditExport]:
    """What this user has asked for and may still have."""
    rows = AuditExport.objects.filter(requested_by=user, tenant__in=tenants_to_export(user))
    return rows.select_related("tenant__site", "requested_by")


class ExportForm(forms.Form):
    tenant = forms.ModelChoiceField(label=_("Tenant"), queryset=FinanceTenant.objects.none(), empty_label=None)
    first = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tenant"].queryset = tenants_to_export(user)  # type: ignore[attr-defined]


class ExportView(BelowIndex, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Asks for the period; below it stands what this person has asked for before."""

    model = DailyClosing
    permission_required = "audit"
    index_url_name = "xfinanz_audit:index"
    index_label = _("Audit")
    template_name = "wagtail_xfinanz/admin/audit_export.html"
    page_title = _("Everything of a period")
    header_icon = "download"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", ExportForm(user=self.request.user))
        more = {"exports": exports_of(self.request.user)[:SHOWN], "days": conf.get().AUDIT_EXPORT_DAYS}
        return {**super().get_context_data(**kwargs), **more}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = ExportForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        said = form.cleaned_data
        policy = policy_registry.get_by_type(DailyClosing)
        if not policy.user_has_permission_for_instance(request.user, "audit", said["tenant"].site):
            raise PermissionDenied
        try:
            export = flows.request_export(said["tenant"], first=said["first"], last=said["last"], by=request.user)
        except BookkeepingError as error:
            form.add_error(None, str(error))
            return self.render_to_response(self.get_context_data(form=form), status=422)
        return redirect(reverse("xfinanz_audit:export_state", args=[export.pk]))


class ExportStateView(BelowIndex, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """How far a package is: a plain page to be loaded again. POST deletes it before its time."""

    model = DailyClosing
    permission_required = "audit"
    index_url_name = "xfinanz_audit:index"
    index_label = _("Audit")
    template_name = "wagtail_xfinanz/admin/audit_export_state.html"
    page_title = _("Everything of a period")
    header_icon = "download"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.export = get_object_or_404(exports_of(request.user), pk=kwargs["export"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        export = self.export
        more = {
            "is_under_way": export.state in (ExportState.WAITING, ExportState.RUNNING),
            "is_ready": export.state == ExportState.READY,
            "may_delete": export.state != ExportState.DELETED,
        }
        return {**super().get_context_data(**kwargs), "export": export, **more}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        flows.delete_export(self.export)
        messages.success(request, gettext("The package is deleted."))
        return redirect(reverse("xfinanz_audit:export"))


class ExportFileView(PermissionCheckedMixin, View):
    """The package, decrypted as it is sent."""

    model = DailyClosing
    permission_required = "audit"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, export: int) -> HttpResponseBase:
        found = get_object_or_404(exports_of(request.user), pk=export)
        try:
            flows.note_export_download(found, by=request.user)
        except BookkeepingError as error:
            messages.error(request, str(error))
            return redirect(reverse("xfinanz_audit:export_state", args=[found.pk]))
        number = re.sub("[^A-Za-z0-9]", "", found.tenant.number)
        headers = {
            "Content-Disposition": f'attachment; filename="pruefung-{number}-{found.first}-{found.last}.zip"',
            "Content-Length": str(found.size),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        }
        return StreamingHttpResponse(found.stream(), content_type="application/zip", headers=headers)
