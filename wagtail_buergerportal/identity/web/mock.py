"""The test identity provider: choose who you are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ..flows import arrive
from ..providers import providers
from ..providers.mock.adapter import MockLogin
from ..sessions import log_in
from .common import need, next_url, policy_of


@never_cache
@require_http_methods(["GET", "POST"])
def mock(request: HttpRequest) -> HttpResponse:
    need(request, "mock")
    provider = providers.get("mock")
    assert isinstance(provider, MockLogin)  # noqa: S101  narrows the type
    persons = provider.persons()
    if request.method == "POST" and (key := request.POST.get("person", "")) in persons:
        identity = provider.identity_of(key)
        citizen = arrive(identity, policy=policy_of(request))
        log_in(request, citizen, level=identity.level, verified=identity.verified)
        return redirect(next_url(request))
    context = {"persons": persons, "next": next_url(request)}
    return render(request, "buergerportal/identity/mock.html", context)
