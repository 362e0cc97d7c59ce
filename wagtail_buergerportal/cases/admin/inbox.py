"""The clerk's inbox and the page of one case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.http import require_GET
from wagtail.admin.views.generic import InspectView
from wagtail.permissions import policy_registry

from wagtail_sitekit.scoping import SiteScopedViewSet, visible

from .. import payments, storage
from ..flows import NotAllowed, add_note, assign, change_state
from ..models import Case, CaseState, CaseUpload
from ..transitions import EDGES


class WorkForm(forms.Form):
    """What a clerk can do next with a case."""

    action = forms.ChoiceField(choices=[("take", ""), ("state", ""), ("note", "")])
    state = forms.ChoiceField(choices=CaseState.choices, required=False)
    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=5000)
    is_public = forms.BooleanField(required=False)


class CaseView(InspectView):
    """Everything about one case, and what to do next."""

    template_name = "buergerportal/cases/admin/case.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        case = self.object
        return {
            **super().get_context_data(**kwargs),
            "case": case,
            "events": case.events.select_related("user"),
            "uploads": case.uploads.all(),
            "owes": payments.is_open(case),
            "next_states": [CaseState(state) for state in EDGES[CaseState(case.state)]],
            "may_work": may_work(self.request.user, case),
            "work_url": reverse("buergerportal_cases_work", args=[case.pk]),
        }


class InboxViewSet(SiteScopedViewSet):
    model = Case
    icon = "mail"
    menu_label = gettext_lazy("Cases")
    menu_order = 200
    add_to_admin_menu = True
    url_prefix = "cases"
    inspect_view_enabled = True
    inspect_view_class = CaseView
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields: list[str] = []
    list_display = ["number", "title", "state", "department", "assigned_to", "created_at"]
    list_filter = ["state", "department", "assigned_to"]
    search_fields = ["number", "title"]


def may_work(user: Any, case: Case) -> bool:
    return policy_registry.get_by_type(Case).user_has_permission_for_instance(user, "change", case)


class WorkView(View):
    """POST: take over, move on, note. A double click changes nothing twice."""

    def post(self, request: HttpRequest, pk: str) -> HttpResponse:
        case = get_object_or_404(visible(request.user, Case), pk=pk)
        if not may_work(request.user, case):
            raise Http404
        form = WorkForm(request.POST)
        if form.is_valid():
            self._do(request, case, form.cleaned_data)
        else:
            messages.error(request, _("This could not be read. Please try again."))
        return redirect(reverse("cases:inspect", args=[case.pk]))

    def _do(self, request: HttpRequest, case: Case, wanted: dict[str, Any]) -> None:
        text = wanted["text"].strip()
        try:
            if wanted["action"] == "take":
                assign(case, to=request.user, by=request.user)
                messages.success(request, _("The case is yours now."))
            elif wanted["action"] == "state":
                change_state(case, to=wanted["state"], by=request.user, message=text)
                messages.success(request, _("The state has been changed."))
            elif text:
                add_note(case, text=text, by=request.user, is_public=wanted["is_public"])
                messages.success(request, _("Your text has been kept."))
        except NotAllowed:
            messages.error(request, _("The case cannot go there from where it is. Somebody else may have moved it."))


@require_GET
def download(request: HttpRequest, upload_id: str) -> HttpResponse:
    """A file of a case, for who may see the case; always as an attachment."""
    upload = get_object_or_404(CaseUpload.objects.select_related("case"), pk=upload_id)
    if not visible(request.user, Case).filter(pk=upload.case_id).exists():
        raise Http404
    response = HttpResponse(storage.load(upload.pk, upload.storage_name), content_type=upload.content_type)
    response["Content-Disposition"] = content_disposition_header(True, upload.filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("case-work/<uuid:pk>/", WorkView.as_view(), name="buergerportal_cases_work"),
    path("case-files/<uuid:upload_id>/", download, name="buergerportal_cases_download"),
]
