from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from wagtail_epayment import conf

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/portal/v1/", include("wagtail_buergerportal.api_urls")),
    path("api/epayment/v1/", include("wagtail_epayment.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
]
if "sandbox" in conf.get().PROVIDERS:
    urlpatterns += [path("sandbox-bank/", include("wagtail_epayment.providers.sandbox.urls"))]
if settings.DEBUG:
    urlpatterns += static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)
urlpatterns += i18n_patterns(
    path("zahlung/", include("wagtail_epayment.urls")),
    path("portal/", include("wagtail_buergerportal.urls")),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)

handler403 = "wagtail_buergerportal.communes.web.errors.permission_denied"
handler404 = "wagtail_buergerportal.communes.web.errors.page_not_found"
handler500 = "wagtail_buergerportal.communes.web.errors.server_error"
