"""The WAGTAIL_BUERGERPORTAL settings, typed and with defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wagtail_sitekit.conf import load


@dataclass(frozen=True, slots=True)
class Conf:
    """What a site may set in its ``WAGTAIL_BUERGERPORTAL`` dict."""

    KERN_CSS: str = ""
    """Static path of the KERN design system ("kern/kern.min.css"); empty means our own small stylesheet."""
    KERN_FONT_CSS: str = ""
    """Static path of KERN's font stylesheet ("kern/fonts/fira-sans.css"); empty means the system's font."""
    PRIVATE_ROOT: str = ""
    """Directory for files of cases, outside MEDIA_ROOT; empty means "private" beside MEDIA_ROOT. STORAGES may have
    an alias "private" instead."""
    ALLOW_MOCK_LOGIN: bool = False
    """Lets the mock login run with DEBUG off, for demos and tests."""
    MAX_UPLOAD_BYTES: int = 10 * 1024 * 1024
    """Largest single file people may hand in, in bytes."""
    DRAFT_DAYS: int = 30
    """Days after which a draft nobody touched is deleted."""
    THROTTLE_TRIES: int = 10
    """Wrong numbers, secrets or passwords within THROTTLE_MINUTES before one has to wait."""
    THROTTLE_MINUTES: int = 15
    PROXY_COUNT: int = 0
    """Own reverse proxies in front that append to X-Forwarded-For; 0 means that header is not believed."""
    MOCK_PERSONS: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Test persons of the mock login, key → profile; empty means the built-in ones."""
    UNPAID_DAYS: int = 14
    """Days after the last day to pay when a case that waits for its fee is withdrawn."""


def get() -> Conf:
    return load("WAGTAIL_BUERGERPORTAL", Conf)
