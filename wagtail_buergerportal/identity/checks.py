"""System checks; each hint names the fix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from wagtail_buergerportal import conf


@register("buergerportal", deploy=True)
def check_mock(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG or not conf.get().ALLOW_MOCK_LOGIN:
        return []
    return [
        Warning(
            "The mock login is allowed with DEBUG off: anybody can be anybody.",
            hint='Remove "ALLOW_MOCK_LOGIN" from WAGTAIL_BUERGERPORTAL, unless this is a demo.',
            id="buergerportal.W101",
        )
    ]
