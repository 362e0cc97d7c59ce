"""What all pages around logging in share."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from wagtail.models import Site

from ..errors import LoginNotOffered
from ..flows import refuse_unless_offered
from ..models import LoginPolicy


def site_of(request: HttpRequest) -> Site:
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    return site


def policy_of(request: HttpRequest) -> LoginPolicy:
    return LoginPolicy.of(site_of(request))


def need(request: HttpRequest, slug: str) -> None:
    """404 where the commune does not offer this way to log in."""
    try:
        refuse_unless_offered(slug, policy_of(request))
    except LoginNotOffered as error:
        raise Http404 from error


def next_url(request: HttpRequest) -> str:
    """Where to go after logging in; only addresses of this very host are believed."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else _start()


def with_next(path: str, request: HttpRequest) -> str:
    return f"{path}?{urlencode({'next': next_url(request)})}"


def page(request: HttpRequest, title: str, form: forms.Form | None = None, **context: Any) -> HttpResponse:
    status = context.pop("status", 422 if form is not None and form.errors else 200)
    context = {"title": title, "form": form, "next": next_url(request), **context}
    return render(request, "buergerportal/identity/form.html", context, status=status)


def _start() -> str:
    if apps.is_installed("wagtail_buergerportal.cases"):
        return reverse("buergerportal_cases:mine")
    return reverse("buergerportal_identity:profile")
