"""Citizens' pages about what they sent: find it, see how it stands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.models import Site

from wagtail_buergerportal import throttle
from wagtail_buergerportal.identity.sessions import current_citizen

from .. import payments
from ..models import Case, CaseState
from .access import by_secret, case_for, forget_secret, grant, secret_to_show


class FindForm(forms.Form):
    """Blanks and hyphens as people type them; the secret is compared without them."""

    number = forms.CharField(label=gettext_lazy("Number of your request"), max_length=40)
    secret = forms.CharField(label=gettext_lazy("Secret"), max_length=60)

    def clean_number(self) -> str:
        return self.cleaned_data["number"].strip().upper()


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Open a case by number and secret; one sentence for every way of being wrong."""
    form = FindForm(request.POST or None, initial={"number": request.GET.get("nummer", "")[:40]})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            number = form.cleaned_data["number"]
            if throttle.is_throttled(request, scope="case", subject=number):
                form.add_error(None, _("Too many wrong tries. Please wait a quarter of an hour."))
                status = 429
            elif case := by_secret(request, number, form.cleaned_data["secret"]):
                grant(request, case)
                return redirect("buergerportal_cases:status", case.number)
            else:
                form.add_error(None, _("Number and secret do not belong together. Please check both."))
    context = {"form": form, "citizen": current_citizen(request)}
    return render(request, "buergerportal/cases/find.html", context, status=status)


@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """All requests of who is logged in, in this commune."""
    citizen = current_citizen(request)
    if citizen is None:
        return redirect("buergerportal_cases:find")
    cases = Case.objects.filter(site=Site.find_for_request(request), citizen=citizen.citizen)
    return render(request, "buergerportal/cases/mine.html", {"cases": cases.defer("answers", "summary")})


@never_cache
@require_GET
def status(request: HttpRequest, number: str) -> HttpResponse:
    """How a case stands and what happens next; whoever may not open it is asked for number and secret."""
    case = case_for(request, number)
    if case is None:
        return redirect("buergerportal_cases:find")
    context: dict[str, Any] = {
        "case": case,
        "secret": secret_to_show(request, case),
        "events": case.events.filter(is_public=True),
        "uploads": case.uploads.order_by("field_key", "pk"),
        "payment": payments.payment_of(case),
        "waits": case.state == CaseState.WAITING_FOR_PAYMENT,
        "is_withdrawn": case.state == CaseState.WITHDRAWN,
    }
    return render(request, "buergerportal/cases/status.html", context)


@never_cache
@require_POST
def noted(request: HttpRequest, number: str) -> HttpResponse:
    """The person has noted the secret: it is not shown again."""
    case = case_for(request, number)
    if case is None:
        return redirect("buergerportal_cases:find")
    forget_secret(request, case)
    return redirect("buergerportal_cases:status", case.number)
