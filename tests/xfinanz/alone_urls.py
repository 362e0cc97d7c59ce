from __future__ import annotations

from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("sandbox-bank/", include("wagtail_epayment.providers.sandbox.urls")),
    path("zahlung/", include("wagtail_epayment.urls")),
]
