"""Content Security Policy: strict for citizens; the Wagtail admin needs inline styles and scripts of its own."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

STRICT = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'{hosts}; base-uri 'none'; frame-ancestors 'self'"
)
ADMIN_PREFIXES = ("/admin/", "/api/schema/")


class ContentSecurityPolicyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # A browser holds form-action against the place the pay button redirects to as well.
        self.policy = STRICT.format(
            hosts="".join(f" https://{host}" for host in getattr(settings, "PAYMENT_HOSTS", ()))
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(ADMIN_PREFIXES):
            response.headers.setdefault("Content-Security-Policy", self.policy)
        return response
