"""Everything citizens open outside the page tree: ``path("portal/", include("wagtail_buergerportal.urls"))``.

Only the installed apps of the family are included.
"""

from __future__ import annotations

from django.apps import apps
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

_PREFIXES = {
    "communes": "",
    "services": "",
    "identity": "konto/",
    "assistants": "formular/",
    "cases": "vorgang/",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path(prefix, include(f"wagtail_buergerportal.{app}.web.urls"))
    for app, prefix in _PREFIXES.items()
    if apps.is_installed(f"wagtail_buergerportal.{app}")
]
