"""System checks; each hint names the fix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from . import conf
from .providers.registry import providers


@register("epayment")
def check_settings(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        settings_now = conf.get()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="Correct the WAGTAIL_EPAYMENT dict.", id="epayment.E003")]
    return [*_unknown(settings_now), *_sandbox(settings_now), *_salt(), *_notify_base(settings_now)]


def _unknown(settings_now: conf.Conf) -> list[CheckMessage]:
    return [
        Error(
            f'WAGTAIL_EPAYMENT["PROVIDERS"] names "{name}", which no installed app provides.',
            hint=f'Add the app that provides it to INSTALLED_APPS (e.g. "wagtail_epayment.providers.{name}").',
            id="epayment.E001",
        )
        for name in settings_now.PROVIDERS
        if name not in providers
    ]


def _sandbox(settings_now: conf.Conf) -> list[CheckMessage]:
    if "sandbox" not in settings_now.PROVIDERS or settings.DEBUG or settings_now.ALLOW_SANDBOX:
        return []
    return [
        Error(
            "The sandbox provider is enabled with DEBUG off: citizens could pay without money.",
            hint='Remove "sandbox" from WAGTAIL_EPAYMENT["PROVIDERS"], or set "ALLOW_SANDBOX": True for a demo.',
            id="epayment.E002",
        )
    ]


def _salt() -> list[CheckMessage]:
    if getattr(settings, "SALT_KEY", None):
        return []
    return [
        Error(
            "SALT_KEY is not set: contracts and payers could not be encrypted.",
            hint="Set SALT_KEY to a list with one long random text; put a new one in front to rotate it.",
            id="epayment.E004",
        )
    ]


def _notify_base(settings_now: conf.Conf) -> list[CheckMessage]:
    base = urlsplit(settings_now.NOTIFY_BASE_URL)
    if not settings_now.NOTIFY_BASE_URL or (
        base.scheme in {"http", "https"} and base.netloc and base.path in {"", "/"}
    ):
        return []
    return [
        Error(
            'WAGTAIL_EPAYMENT["NOTIFY_BASE_URL"] is not the address of a server.',
            hint='Set it to scheme and host only, e.g. "https://portal.example", or leave it empty.',
            id="epayment.E005",
        )
    ]
