from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("sandbox-bank/", include("wagtail_epayment.providers.sandbox.urls")),
    path("api/portal/v1/", include("wagtail_buergerportal.api_urls")),
    path("api/epayment/v1/", include("wagtail_epayment.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    *i18n_patterns(
        path("zahlung/", include("wagtail_epayment.urls")),
        path("portal/", include("wagtail_buergerportal.urls")),
        path("", include(wagtail_urls)),
        prefix_default_language=False,
    ),
]
