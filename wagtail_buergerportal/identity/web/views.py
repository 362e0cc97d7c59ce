"""Choosing a way to log in, logging out, and what is known about oneself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wagtail_buergerportal.communes.templatetags.buergerportal import home_url

from ..flows import delete_account, is_offered, update_profile
from ..providers import providers
from ..sessions import current_citizen, log_out
from .common import page, policy_of, with_next
from .forms import ProfileForm


@never_cache
@require_GET
def login(request: HttpRequest) -> HttpResponse:
    """Choose a way to log in."""
    policy = policy_of(request)
    ways = [
        {"provider": provider, "url": with_next(provider.start_url(), request)}
        for provider in sorted(providers, key=lambda provider: -provider.level)
        if is_offered(provider, policy)
    ]
    context = {
        "ways": ways,
        "current": current_citizen(request),
        "register_url": with_next(reverse("buergerportal_identity:register"), request),
    }
    return render(request, "buergerportal/identity/login.html", context)


@never_cache
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    log_out(request)
    return redirect(home_url())


@never_cache
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and address that forms are filled in with; what the login provider vouches for is only shown."""
    current = current_citizen(request)
    if current is None:
        return _to_login("profile")
    form = ProfileForm(request.POST or None, initial=current.profile, verified=current.verified)
    if request.method == "POST" and form.is_valid():
        update_profile(current, form.cleaned_data)
        return redirect(reverse("buergerportal_identity:profile") + "?gespeichert=1")
    return page(
        request,
        _("My data"),
        form,
        text=_("With these data forms are filled in for you. You can change them there each time."),
        note=_("Your data have been kept.") if "gespeichert" in request.GET else "",
        button=_("Keep"),
        is_profile=True,
        current=current,
    )


@never_cache
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Ask, then delete the account."""
    current = current_citizen(request)
    if current is None:
        return _to_login("delete")
    if request.method == "GET":
        text = _("Name, address and password are deleted at once. What you have sent us is kept as the law demands.")
        return page(request, _("Delete the account?"), text=text, button=_("Delete the account"), is_button=True)
    delete_account(current)
    log_out(request)
    return page(request, _("Your account has been deleted"))


def _to_login(name: str) -> HttpResponse:
    target = reverse(f"buergerportal_identity:{name}")
    return redirect(f"{reverse('buergerportal_identity:login')}?next={target}")
