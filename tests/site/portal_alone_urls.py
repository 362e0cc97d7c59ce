from __future__ import annotations

from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("api/portal/v1/", include("wagtail_buergerportal.api_urls")),
    path("portal/", include("wagtail_buergerportal.urls")),
    path("", include(wagtail_urls)),
]
