"""The WAGTAIL_BUERGERPORTAL settings, typed and with defaults."""

from __future__ import annotations

from dataclasses import dataclass

from wagtail_sitekit.conf import load


@dataclass(frozen=True, slots=True)
class Conf:
    """What a site may set in its ``WAGTAIL_BUERGERPORTAL`` dict."""

    KERN_CSS: str = ""
    """Static path of the KERN design system ("kern/kern.min.css"); empty means our own small stylesheet."""
    KERN_FONT_CSS: str = ""
    """Static path of KERN's font stylesheet ("kern/fonts/fira-sans.css"); empty means the system's font."""


def get() -> Conf:
    return load("WAGTAIL_BUERGERPORTAL", Conf)
