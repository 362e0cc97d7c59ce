"""Addresses of providers, checked the same way for every vendor."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def check_https(url: str) -> None:
    """Payments go there, with a signature or with the key itself: no plain HTTP except to this machine."""
    parts = urlsplit(url)
    is_own = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if parts.scheme != "https" and not is_own:
        raise ValidationError(_("Please give an address that begins with https://."))
