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
    BREAKER_FAILURES: int = 5
    """So many failed calls in a row, and a contract's provider is left alone for a while."""
    BREAKER_MINUTES: int = 2
    """For so long at first; twice as long each time it fails again, at most an hour."""
    UNBOUND_DAYS: int = 4
    """How long a genuine message about a payment we do not know is tried again."""
    UNKNOWN_PER_DAY: int = 200
    """So many genuine notifications about unknown payments are kept per contract and day; the rest is counted."""
    UNPROVEN_PER_HOUR: int = 100
    """So many notifications without proof, or said before, are kept per contract and hour; the rest is turned away."""
    UNPROVEN_DAYS: int = 30
    """How long notifications without proof are kept."""
    WATCH_DAYS: int = 14
    """How long ended attempts are still asked for, because providers do correct themselves."""
    SETTLE_DAYS: int = 7
    """So many days after a payment its settlement must have come; then it is shown as missing."""
    API_RATE: str = "600/min"
    """How often one application may call the API."""
    START_RATE: str = "20/min"
    """How often a payment of one order may be begun over the API: each time a provider is asked."""
    IDEMPOTENCY_DAYS: int = 7
    """How long a repeated request of an application is recognised by its Idempotency-Key."""
    WEBHOOK_DAYS: int = 3
    """How long a message to another application is tried again before it is given up."""
    WEBHOOK_TIMEOUT: float = 10.0
    """Seconds until an application that does not answer a webhook counts as silent."""
    ALLOW_PRIVATE_WEBHOOKS: bool = False
    """Lets webhooks go to private addresses and without TLS, for demos and tests."""
    METRICS_TOKEN: str = ""
    """Bearer token that opens health report and metrics to a monitoring system; empty: to staff only."""
    LATE_MINUTES: int = 60
    """A payment under way for longer, or an event waiting for longer, counts as late in the health report."""


def get() -> Conf:
    return load("WAGTAIL_EPAYMENT", Conf)
