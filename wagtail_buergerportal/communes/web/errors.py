"""Error pages that say what happened and what to do next.

handler403 = "wagtail_buergerportal.communes.web.errors.permission_denied"
handler404 = "wagtail_buergerportal.communes.web.errors.page_not_found"
handler500 = "wagtail_buergerportal.communes.web.errors.server_error"
CSRF_FAILURE_VIEW = "wagtail_buergerportal.communes.web.errors.csrf_failure"
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "buergerportal/errors/404.html", status=404)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "buergerportal/errors/403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "buergerportal/errors/403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Asks neither database nor session, which may be what is broken."""
    return HttpResponse(render_to_string("buergerportal/errors/500.html"), status=500)
