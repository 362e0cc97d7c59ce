"""The WAGTAIL_EPAYMENT settings, typed and with defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wagtail_sitekit.conf import load


@dataclass(frozen=True, slots=True)
class Conf:
    """What a site may set in its ``WAGTAIL_EPAYMENT`` dict."""

    PROVIDERS: Sequence[str] = ()
    """Names of the providers contracts may use."""
    ALLOW_SANDBOX: bool = False
    """Lets the sandbox run with DEBUG off, for demos and tests."""
    NOTIFY_BASE_URL: str = ""
    """Where providers reach us, e.g. "https://portal.example"; empty means the address the payer used."""
    PROVIDER_TIMEOUT: float = 10.0
    """Seconds until an unanswered provider call counts as unknown."""
    POLL_MINUTES: Sequence[int] = (1, 2, 5, 15, 30)
    """Minutes between status requests; then hourly."""
    EXPIRE_AFTER_MINUTES: int = 24 * 60
    """An attempt nobody finished is asked for a last time and then expired."""
    ABANDON_AFTER_MINUTES: int = 15
    """The same for an attempt whose payer never got an address to pay at."""
    WATCH_DAYS: int = 14
    """How long ended attempts are still asked for, because providers do correct themselves."""


def get() -> Conf:
    return load("WAGTAIL_EPAYMENT", Conf)
