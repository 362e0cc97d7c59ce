from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe
from wagtail.models import Site

from ..colours import readable_on_white, text_on
from ..models import CommuneSettings


def _colour(request: HttpRequest) -> str:
    site = Site.find_for_request(request)
    found = CommuneSettings.objects.filter(site=site).values_list("primary_colour", flat=True).first()
    return found or CommuneSettings._meta.get_field("primary_colour").default


def _etag(request: HttpRequest) -> str:
    return f'"{_colour(request)}"'


@require_safe
@condition(etag_func=_etag)
@cache_control(public=True, max_age=300)
def colours(request: HttpRequest) -> HttpResponse:
    """The commune's colour as a style sheet of its own, since pages have no inline styles."""
    colour = _colour(request)
    css = (
        f":root {{ --bp-colour: {colour}; --bp-on-colour: {text_on(colour)}; "
        f"--bp-link: {readable_on_white(colour)}; }}\n"
    )
    return HttpResponse(css, content_type="text/css")


@require_safe
def legal(request: HttpRequest, name: str) -> HttpResponse:
    """Imprint, privacy or accessibility statement of the commune."""
    headings = {"imprint": _("Imprint"), "privacy": _("Privacy"), "accessibility": _("Accessibility")}
    if name not in headings:
        raise Http404
    town = CommuneSettings.for_request(request)
    return render(
        request, "buergerportal/communes/legal.html", {"heading": headings[name], "text": getattr(town, name)}
    )


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "buergerportal/errors/404.html", status=404)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "buergerportal/errors/403.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "buergerportal/errors/500.html", status=500)
