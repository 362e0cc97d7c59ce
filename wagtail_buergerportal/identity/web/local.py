"""Pages of the local account. Every answer is the same for known and unknown addresses."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_buergerportal import throttle

from .. import mails
from ..errors import LinkInvalid, WrongPassword
from ..flows import arrive, local
from ..providers import Identity
from ..sessions import current_citizen, log_in
from .common import need, next_url, page, policy_of, site_of
from .forms import ConfirmForm, ForgotForm, LoginForm, RegisterForm, ResetForm

#: Mails one address gets within THROTTLE_MINUTES.
_MAILS = 3


def _arrived(request: HttpRequest, identity: Identity) -> None:
    citizen = arrive(identity, policy=policy_of(request))
    log_in(request, citizen, level=identity.level, verified=identity.verified)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    need(request, local.PROVIDER)
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        subject = local.email_hash(form.cleaned_data["email"])
        if throttle.is_throttled(request, scope="login", subject=subject):
            form.add_error(None, _("Too many wrong tries. Please wait a quarter of an hour."))
            return page(request, _("Log in"), form, button=_("Log in"), is_login=True, status=429)
        if identity := local.check(**form.cleaned_data):
            _arrived(request, identity)
            return redirect(next_url(request))
        throttle.count_failure(request, scope="login", subject=subject)
        form.add_error(None, _("E-mail and password do not belong together, or the address is not confirmed yet."))
    return page(request, _("Log in"), form, button=_("Log in"), is_login=True)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    need(request, local.PROVIDER)
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _register(request, form.cleaned_data)
        except ValidationError as error:
            form.add_error("password", error)
        else:
            text = _("We have sent you a mail. Open the address in it to finish.")
            return page(request, _("Please look into your mailbox"), text=text)
    return page(request, _("Make an account"), form, button=_("Make the account"))


def _register(request: HttpRequest, data: dict[str, str]) -> None:
    profile = {"first_name": data["first_name"], "last_name": data["last_name"]}
    account = local.register(email=data["email"], password=data["password"], profile=profile)
    if not _may_mail(request, data["email"]):
        return
    if account:
        mails.send_confirm(site_of(request), account)
    else:
        mails.send_known(site_of(request), data["email"])


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the address asks for the password, so that neither a mail scanner nor a stranger's click confirms."""
    need(request, local.PROVIDER)
    form = ConfirmForm(request.POST or None)
    title, button = _("Confirm your e-mail address"), _("Confirm and log in")
    text = _("Please enter the password you have chosen for your account.")
    if request.method == "POST" and form.is_valid():
        if throttle.is_throttled(request, scope="confirm", subject=token):
            form.add_error(None, _("Too many wrong tries. Please wait a quarter of an hour."))
            return page(request, title, form, button=button, text=text, status=429)
        try:
            identity = local.confirm(token, password=form.cleaned_data["password"])
        except LinkInvalid:
            return _dead_link(request, _("It is too old or was replaced. Please register again."))
        except WrongPassword:
            throttle.count_failure(request, scope="confirm", subject=token)
            form.add_error("password", _("This is not the password you have chosen."))
        else:
            _arrived(request, identity)
            return page(request, _("Your address is confirmed"), text=_("You are logged in."), to_start=True)
    return page(request, title, form, button=button, text=text)


@never_cache
@require_http_methods(["GET", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    need(request, local.PROVIDER)
    form = ForgotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if _may_mail(request, email):
            if found := local.reset_token(email):
                mails.send_reset(site_of(request), *found)
            else:
                mails.send_unknown(site_of(request), email)
        text = _("We have sent a mail to this address. It says how to go on.")
        return page(request, _("Please look into your mailbox"), text=text)
    return page(request, _("Forgot the password?"), form, button=_("Send me a mail"))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest, token: str) -> HttpResponse:
    need(request, local.PROVIDER)
    form = ResetForm(request.POST or None)
    try:
        local.check_reset(token)
        if request.method == "POST" and form.is_valid():
            local.reset(token, password=form.cleaned_data["password"])
            return page(request, _("Your password has been changed"), text=_("You can log in now."), to_login=True)
    except LinkInvalid:
        return _dead_link(request, _("It is too old or was used before. Please ask for a new one."))
    except ValidationError as error:
        form.add_error("password", error)
    return page(request, _("Choose a new password"), form, button=_("Keep the password"))


def _dead_link(request: HttpRequest, text: str) -> HttpResponse:
    is_in = current_citizen(request) is not None
    return page(request, _("This address does not work any more"), text=text, to_login=not is_in, status=410)


def _may_mail(request: HttpRequest, email: str) -> bool:
    """Counts; past the limit the answer stays the same but nothing is sent, so that nobody's mailbox is flooded."""
    subject = local.email_hash(email)
    if throttle.is_throttled(request, scope="mail", subject=subject, limit=_MAILS):
        return False
    throttle.count_failure(request, scope="mail", subject=subject)
    return True
