"""Pages every commune has, and its colours as a style sheet."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from ..colours import stylesheet
from ..current import commune_of
from ..models import CommuneSettings, Department


def _commune(request: HttpRequest) -> CommuneSettings:
    town = commune_of(request)
    if town is None:
        raise Http404
    return town


def _etag(request: HttpRequest) -> str:
    return f'"{_commune(request).primary_colour}"'


@require_safe
@cache_control(public=True, max_age=300)
@condition(etag_func=_etag)
def colours(request: HttpRequest) -> HttpResponse:
    """The commune's colour as a style sheet of its own, since pages have no inline styles."""
    return HttpResponse(stylesheet(_commune(request).primary_colour), content_type="text/css; charset=utf-8")


def _statement(request: HttpRequest, heading: str, text: str) -> HttpResponse:
    return render(request, "buergerportal/communes/legal.html", {"heading": heading, "text": text})


@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    return _statement(request, _("Imprint"), _commune(request).imprint)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return _statement(request, _("Privacy"), _commune(request).privacy)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return _statement(request, _("Accessibility"), _commune(request).accessibility)


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Address, telephone and departments of the commune."""
    departments = Department.objects.filter(site=_commune(request).site)
    return render(request, "buergerportal/communes/contact.html", {"departments": departments})
