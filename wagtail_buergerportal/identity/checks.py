"""System checks; each hint names the fix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from wagtail_buergerportal import conf


@register("buergerportal", deploy=True)
def check_mock(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG or not conf.get().ALLOW_MOCK_LOGIN:
        return []
    hint = 'Remove "ALLOW_MOCK_LOGIN" from WAGTAIL_BUERGERPORTAL, unless this is a demo.'
    text = "The mock login is allowed with DEBUG off: anybody can be anybody."
    return [Warning(text, hint=hint, id="buergerportal.W201")]


@register("buergerportal")
def check_session(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Citizens' logins live in Django's session, which must not be readable in the cookie."""
    messages: list[CheckMessage] = []
    if "django.contrib.sessions.middleware.SessionMiddleware" not in settings.MIDDLEWARE:
        hint = 'Add "django.contrib.sessions.middleware.SessionMiddleware" to MIDDLEWARE.'
        messages.append(Error("Without sessions nobody can log in.", hint=hint, id="buergerportal.E201"))
    if settings.SESSION_ENGINE.endswith("signed_cookies"):
        hint = "Use django.contrib.sessions.backends.db or cached_db as SESSION_ENGINE."
        text = "Sessions in signed cookies cannot be ended by the server and can be read in the browser."
        messages.append(Error(text, hint=hint, id="buergerportal.E202"))
    return messages
