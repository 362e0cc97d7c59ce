"""Answers of the finance system: import, list, and deciding between contradicting ones."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_sitekit.scoping import VIEW_ACTIONS, sites_for

from .. import flows
from ..acknowledgements.base import MAX_BYTES
from ..errors import BookkeepingError
from ..flows.acknowledge import Taken
from ..flows.answers import contradictions_of
from ..models import AcknowledgementImport, Batch, FinanceTenant
from .crumbs import BelowBatches
from .fetched import fetching
from .next_step import may

SHOWN = 200


class UploadForm(forms.Form):
    tenant = forms.ModelChoiceField(FinanceTenant.objects.none(), label=_("finance tenant"))
    file = forms.FileField(
        label=_("File"), max_length=200, help_text=_("XML (Quittung) or CSV, as the finance system wrote it.")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["tenant"]
        field.queryset = FinanceTenant.objects.filter(site__in=sites_for(user, Batch, ("acknowledge",)))
        tenants = list(field.queryset[:2])
        if len(tenants) == 1:
            field.initial = tenants[0].pk

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(gettext("The file is too large."))
        return file


class UploadView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]
    """All of a file or nothing of it; what is wrong is said with its line."""

    model = Batch
    permission_required = "acknowledge"
    form_class = UploadForm
    inspect_url_name: str | None = None
    template_name = "wagtail_xfinanz/admin/upload_answer.html"
    page_title = _("Import an answer of the finance system")
    header_icon = "download"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        file, tenant = form.cleaned_data["file"], form.cleaned_data["tenant"]
        try:
            taken = flows.acknowledge(tenant, data=file.read(), filename=file.name, by=self.request.user)
        except BookkeepingError as error:
            form.add_error("file", str(error))
            return self.form_invalid(form)
        _tell(self.request, taken)
        return redirect(reverse(str(self.inspect_url_name), args=[taken.source.batch_id]))

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


def _tell(request: HttpRequest, taken: Taken) -> None:
    source = taken.source
    if taken.is_repetition:
        messages.warning(request, gettext("This file has been imported before. Nothing has changed."))
        return
    told = gettext("Imported: %(accepted)s postings accepted, %(rejected)s rejected.")
    messages.success(request, told % {"accepted": source.accepted, "rejected": source.rejected})
    if source.contradicting:
        told = gettext("%(count)s answers contradict earlier ones. Please decide which hold.")
        messages.error(request, told % {"count": source.contradicting})


class AnswersView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    model = Batch
    any_permission_required = list(VIEW_ACTIONS)
    template_name = "wagtail_xfinanz/admin/answers.html"
    page_title = _("Answers of the finance system")
    header_icon = "download"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sites = sites_for(self.request.user, Batch, VIEW_ACTIONS)
        found = AcknowledgementImport.objects.filter(tenant__site__in=sites).defer("sealed")
        rows = list(found.select_related("tenant", "batch", "imported_by")[: SHOWN + 1])
        more = {"rows": rows[:SHOWN], "more": len(rows) > SHOWN, "shown": SHOWN}
        may_import = self.user_has_permission("acknowledge")
        return {**super().get_context_data(**kwargs), **more, **fetching(self.request.user), "may_import": may_import}


class AnswerFileView(PermissionCheckedMixin, View):
    """The file as it came, named by its SHA-256."""

    model = Batch
    any_permission_required = list(VIEW_ACTIONS)
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        source = get_object_or_404(AcknowledgementImport, batch=pk, sha256=name)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{name[:16]}.{source.format}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        }
        return HttpResponse(source.raw, headers=headers)


class DecideView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """The contradicting answers of a batch, each with its two buttons and a reason."""

    model = Batch
    permission_required = "acknowledge"
    inspect_url_name: str | None = None
    template_name = "wagtail_xfinanz/admin/decide.html"
    page_title = _("Contradicting answers")
    header_icon = "warning"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.batch = get_object_or_404(Batch.objects.select_related("tenant__site"), pk=kwargs["pk"])
        if not may(request.user, "acknowledge", self.batch):
            raise Http404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = contradictions_of(self.batch)
        return {**super().get_context_data(**kwargs), "batch": self.batch, "rows": rows}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.POST.get("answer", "")
        rows = contradictions_of(self.batch)
        row = get_object_or_404(rows, pk=wanted if wanted.isascii() and wanted.isdigit() else 0)
        accepted = request.POST.get("accepted") == "yes"
        try:
            flows.decide(row, accepted=accepted, by=request.user, reason=request.POST.get("reason", ""))
        except BookkeepingError as error:
            messages.error(request, str(error))
            return redirect(request.path)
        messages.success(request, gettext("Decided."))
        return redirect(reverse(str(self.inspect_url_name), args=[self.batch.pk]))
