"""Citizens' pages about what they sent: find it, see how it stands, read everything again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.models import Site

from wagtail_buergerportal import throttle
from wagtail_buergerportal.communes.models import CommuneSettings
from wagtail_buergerportal.identity.sessions import current_citizen
from wagtail_sitekit.pdf import render_pdf

from .. import payments
from ..models import Case, CaseState
from .access import by_secret, case_for, forget_secret, grant, secret_to_show

_DOCUMENT = Path(__file__).parent.parent / "documents" / "case.typ"


class FindForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Number of your request"), max_length=40)
    secret = forms.CharField(label=gettext_lazy("Secret"), max_length=60)

    def clean_number(self) -> str:
        return self.cleaned_data["number"].strip().upper()


@never_cache
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
    return render(request, "buergerportal/cases/find.html", {"form": form}, status=status)


@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """All requests of who is logged in, in this commune."""
    citizen = current_citizen(request)
    if citizen is None:
        return redirect("buergerportal_cases:find")
    cases = Case.objects.filter(site=Site.find_for_request(request), citizen=citizen.citizen)
    return render(request, "buergerportal/cases/mine.html", {"cases": cases})


@never_cache
@require_GET
def status(request: HttpRequest, number: str) -> HttpResponse:
    """How a case stands and what happens next."""
    case = case_for(request, number)
    if case is None:
        return redirect("buergerportal_cases:find")
    context: dict[str, Any] = {
        "case": case,
        "secret": secret_to_show(request, case),
        "events": case.events.filter(is_public=True),
        "uploads": case.uploads.all(),
        "owes": payments.is_open(case),
        "pay_url": payments.pay_url(case),
        "waits": case.state == CaseState.WAITING_FOR_PAYMENT,
    }
    return render(request, "buergerportal/cases/status.html", context)


@never_cache
@require_POST
def noted(request: HttpRequest, number: str) -> HttpResponse:
    """The person has noted the secret: it is not shown again."""
    case = case_for(request, number)
    if case:
        forget_secret(request, case)
    return redirect("buergerportal_cases:status", number)


@never_cache
@require_GET
def document(request: HttpRequest, number: str) -> HttpResponse:
    """What was sent, as an accessible PDF."""
    case = case_for(request, number)
    if case is None:
        raise Http404
    response = HttpResponse(render_pdf(_DOCUMENT, document_data(case)), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{case.number}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def document_data(case: Case) -> dict[str, Any]:
    return {
        "language": case.language,
        "authority": CommuneSettings.for_site(case.site).name or case.site.site_name,
        "title": case.title,
        "facts": [
            [_("Number"), case.number],
            [_("Received at"), date_format(case.created_at, "DATETIME_FORMAT")],
            [_("Department"), case.department.name],
        ],
        "sections": [
            {"title": section["title"], "rows": [[row["label"], row["value"]] for row in section["rows"]]}
            for section in case.summary
        ],
    }
