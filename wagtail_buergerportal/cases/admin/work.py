"""Taking over, assigning, moving on, writing: each a POST, each through a flow."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.http import require_GET
from wagtail.permissions import policy_registry

from wagtail_sitekit.scoping import visible

from ..errors import MessageNeeded, NotAllowed
from ..flows import add_note, assign, change_state, note_download
from ..models import Case, CaseState, CaseUpload
from ..transitions import EDGES
from ..web.files import upload_response


def may_work(user: Any, case: Case) -> bool:
    return policy_registry.get_by_type(Case).user_has_permission_for_instance(user, "change", case)


def next_states(case: Case) -> list[CaseState]:
    return [CaseState(state) for state in EDGES[CaseState(case.state)]]


def colleagues(case: Case) -> QuerySet[Any]:
    """Who works in the case's department."""
    users = get_user_model()._default_manager.filter(is_active=True, groups__departments=case.department_id)
    return users.distinct().order_by(get_user_model().USERNAME_FIELD)


class AssignForm(forms.Form):
    to: forms.ModelChoiceField[Any] = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Give to"))

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues(case)  # type: ignore[attr-defined]


class WorkForm(forms.Form):
    """What a clerk sent. ``seen`` is the state they had before their eyes, ``once`` makes a double click one."""

    action = forms.ChoiceField(choices=[(name, name) for name in ("take", "assign", "state", "note")])
    state = forms.ChoiceField(choices=CaseState.choices, required=False)
    seen = forms.ChoiceField(choices=CaseState.choices, required=False)
    text = forms.CharField(required=False, max_length=5000)
    is_public = forms.BooleanField(required=False)
    once = forms.CharField(required=False, max_length=64)


class WorkView(View):
    """404 for a case the user may not even see, 404 too for who may only read it."""

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
        try:
            said = getattr(self, f"_{wanted['action']}")(request, case, wanted)
        except NotAllowed:
            messages.error(request, _("The case cannot go there from where it is. Somebody else may have moved it."))
        except MessageNeeded:
            messages.error(request, _("Please write to the citizen why; the state has not been changed."))
        else:
            messages.success(request, said) if said else messages.error(request, _("There was nothing to keep."))

    def _take(self, request: HttpRequest, case: Case, wanted: dict[str, Any]) -> str:
        assign(case, to=request.user, by=request.user)
        return _("The case is yours now.")

    def _assign(self, request: HttpRequest, case: Case, wanted: dict[str, Any]) -> str:
        form = AssignForm(request.POST, case=case)
        if not form.is_valid():
            return ""
        assign(case, to=form.cleaned_data["to"], by=request.user)
        return _("The case has been given to your colleague.")

    def _state(self, request: HttpRequest, case: Case, wanted: dict[str, Any]) -> str:
        change_state(case, to=wanted["state"], by=request.user, message=wanted["text"].strip(), seen=wanted["seen"])
        return _("The state has been changed.")

    def _note(self, request: HttpRequest, case: Case, wanted: dict[str, Any]) -> str:
        text = wanted["text"].strip()
        if not text:
            return ""
        add_note(case, text=text, by=request.user, is_public=wanted["is_public"], key=wanted["once"])
        return _("Your text has been kept.")


@require_GET
def download(request: HttpRequest, upload_id: str) -> HttpResponse:
    """A file of a case, for who may see the case; always as an attachment, and noted in the history."""
    upload = get_object_or_404(CaseUpload.objects.select_related("case"), pk=upload_id)
    if not visible(request.user, Case).filter(pk=upload.case_id).exists():
        raise Http404
    response = upload_response(upload)
    note_download(upload.case, filename=upload.filename, by=request.user)
    return response


urlpatterns = [
    path("case-work/<uuid:pk>/", WorkView.as_view(), name="buergerportal_cases_work"),
    path("case-files/<uuid:upload_id>/", download, name="buergerportal_cases_download"),
]
