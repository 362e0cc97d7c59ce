"""Logging in and out, registering, choosing a new password. Every answer is the same for known and unknown addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wagtail_buergerportal import throttle

from .. import mails
from ..flows import local
from ..flows import mock as mock_flow
from ..flows.profile import update_profile
from ..models import AssuranceLevel, LocalAccount, LoginPolicy
from ..sessions import current_citizen, log_in, log_out
from .forms import ForgotForm, LoginForm, ProfileForm, RegisterForm, ResetForm


def _next(request: HttpRequest) -> str:
    """Where to go after logging in; only addresses of this host."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else reverse("buergerportal_cases:mine")


def _page(request: HttpRequest, title: str, form: forms.Form | None = None, **context: Any) -> HttpResponse:
    status = 422 if form is not None and form.errors else 200
    return render(
        request,
        "buergerportal/identity/form.html",
        {"title": title, "form": form, "next": _next(request), **context},
        status=status,
    )


def _need_local(request: HttpRequest) -> None:
    if not LoginPolicy.for_request(request).local_allowed:
        raise Http404


@never_cache
@require_GET
def login(request: HttpRequest) -> HttpResponse:
    """Choose a way to log in."""
    policy = LoginPolicy.for_request(request)
    context = {
        "policy": policy,
        "with_mock": policy.state_account_allowed and mock_flow.is_allowed(),
        "query": urlencode({"next": _next(request)}),
        "current": current_citizen(request),
    }
    return render(request, "buergerportal/identity/login.html", context)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def local_login(request: HttpRequest) -> HttpResponse:
    _need_local(request)
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if throttle.is_throttled(request, scope="login", subject=local.email_hash(email)):
            form.add_error(None, _("Too many wrong tries. Please wait a quarter of an hour."))
        elif citizen := local.check(email=email, password=form.cleaned_data["password"]):
            log_in(request, citizen, level=AssuranceLevel.BASIC)
            return redirect(_next(request))
        else:
            throttle.count_failure(request, scope="login", subject=local.email_hash(email))
            form.add_error(None, _("E-mail and password do not belong together, or the address is not confirmed yet."))
    return _page(request, _("Log in"), form, button=_("Log in"), is_login=True)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    _need_local(request)
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            profile = {"first_name": data["first_name"], "last_name": data["last_name"]}
            account = local.register(email=data["email"], password=data["password"], profile=profile)
        except ValidationError as error:
            form.add_error("password", error)
        else:
            _mail_about(request, account, data["email"])
            return _page(
                request,
                _("Please look into your mailbox"),
                text=_("We have sent you a mail. Open the address in it to finish."),
            )
    return _page(request, _("Make an account"), form, button=_("Make the account"))


def _mail_about(request: HttpRequest, account: LocalAccount | None, email: str) -> None:
    if account:
        path = reverse("buergerportal_identity:confirm", args=[local.confirm_token(account)])
        mails.send_confirm(account, request.build_absolute_uri(path))
    else:
        mails.send_known(email, request.build_absolute_uri(reverse("buergerportal_identity:login")))


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the address shows a button; pressing it confirms, so that a mail scanner confirms nothing."""
    if request.method == "GET":
        return _page(request, _("Confirm your e-mail address"), button=_("Confirm"), is_button=True)
    try:
        local.confirm(token)
    except local.LinkInvalid:
        return _page(
            request,
            _("This address does not work any more"),
            text=_("It is too old or was used before. Please register again."),
        )
    return _page(request, _("Your address is confirmed"), text=_("You can log in now."), to_login=True)


@never_cache
@require_http_methods(["GET", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    _need_local(request)
    form = ForgotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if found := local.reset_token(form.cleaned_data["email"]):
            account, token = found
            mails.send_reset(account, request.build_absolute_uri(reverse("buergerportal_identity:reset", args=[token])))
        return _page(
            request,
            _("Please look into your mailbox"),
            text=_("If the address has an account, we have sent a mail to it."),
        )
    return _page(request, _("Forgot the password?"), form, button=_("Send me a mail"))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest, token: str) -> HttpResponse:
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            local.reset(token, password=form.cleaned_data["password"])
            return _page(request, _("Your password has been changed"), text=_("You can log in now."), to_login=True)
        except local.LinkInvalid:
            return _page(
                request,
                _("This address does not work any more"),
                text=_("It is too old or was used before. Please ask for a new one."),
            )
        except ValidationError as error:
            form.add_error("password", error)
    return _page(request, _("Choose a new password"), form, button=_("Keep the password"))


@never_cache
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and address that forms are filled in with."""
    current = current_citizen(request)
    if current is None:
        return redirect("buergerportal_identity:login")
    form = ProfileForm(request.POST or None, initial=current.profile)
    if request.method == "POST" and form.is_valid():
        update_profile(current.citizen, form.cleaned_data)
        return redirect("buergerportal_identity:profile")
    return _page(request, _("My data"), form, button=_("Keep"))


@never_cache
@require_http_methods(["GET", "POST"])
def mock(request: HttpRequest) -> HttpResponse:
    """The test identity provider: choose who you are."""
    if not (mock_flow.is_allowed() and LoginPolicy.for_request(request).state_account_allowed):
        raise Http404
    if request.method == "POST" and request.POST.get("person") in mock_flow.PERSONS:
        citizen = mock_flow.person(request.POST["person"])
        log_in(
            request,
            citizen,
            level=AssuranceLevel.SUBSTANTIAL,
            verified=frozenset(citizen.profile) | {"name", "address"},
        )
        return redirect(_next(request))
    return render(request, "buergerportal/identity/mock.html", {"persons": mock_flow.PERSONS, "next": _next(request)})


@never_cache
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    log_out(request)
    return redirect("/")
