"""The portal's versioned API: ``path("api/portal/v1/", include("wagtail_buergerportal.api_urls"))``."""

from __future__ import annotations

from django.apps import apps
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

_APPS = ("communes", "services", "assistants", "cases")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"wagtail_buergerportal.{app}.api.urls"))
    for app in _APPS
    if apps.is_installed(f"wagtail_buergerportal.{app}")
]
