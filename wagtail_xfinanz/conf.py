"""The WAGTAIL_XFINANZ settings, typed and with defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wagtail_sitekit.conf import load


@dataclass(frozen=True, slots=True)
class Conf:
    """What a site may set in its ``WAGTAIL_XFINANZ`` dict."""

    FORMATS: Sequence[str] = ("kassenbuch", "csv", "xfinanz")
    """Files made at each release. "kassenbuch" is always made: its hash chains the batches; "xfinanz" only for tenants
    with an active mapping."""
    TIME_ZONE: str = "Europe/Berlin"
    """Where the day of a payment and thereby its budget year begins."""
    CSV_PROFILES: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By tenant number ("" for all others): "columns" (a list of names), "encoding". Tenants with a profile of
    their own (``CsvProfile``) do not use it."""
    HANDOVER_DIRECTORIES: Mapping[str, str] = field(default_factory=dict)
    """Absolute path of the directory a commune may hand files over in, by host name of its site."""
    SFTP_HOSTS: Sequence[str] = ()
    """Servers files may be sent to, e.g. "*.kreis.example". Empty: whichever a commune's administrator enters."""
    DELIVERY_TIMEOUT: float = 30.0
    """Seconds to wait for each answer of a server."""
    AUDIT_EXPORT_DAYS: int = 7
    """So many days a package of the admin's audit export is kept for the one who asked for it."""
    CLOSING_FROM: str = ""
    """First day (ISO 8601) that has to be closed; empty: the day a tenant was made."""
    CLOSING_DAYS: int = 31
    """So many days the list of daily closings shows."""


def get() -> Conf:
    return load("WAGTAIL_XFINANZ", Conf)
