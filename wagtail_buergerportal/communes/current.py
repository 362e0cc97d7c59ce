"""Whose pages are being shown: the municipality of a request, read without ever writing a row."""

from __future__ import annotations

from django.http import HttpRequest
from wagtail.models import Site

from .models import CommuneSettings

_CACHE = "_buergerportal_commune"


def commune_of(request: HttpRequest) -> CommuneSettings | None:
    """The settings of the request's site; unsaved ones with the site's name if nobody has filled them in.

    None if the request's host belongs to no site. One query per request, the logo included.
    """
    if not hasattr(request, _CACHE):
        setattr(request, _CACHE, _read(Site.find_for_request(request)))
    return getattr(request, _CACHE)


def _read(site: Site | None) -> CommuneSettings | None:
    if site is None:
        return None
    found = CommuneSettings.objects.filter(site=site).select_related("logo").first()
    return found or CommuneSettings(site=site, name=site.site_name or site.hostname)
