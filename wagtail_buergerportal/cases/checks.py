"""System checks; each hint names the fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from .storage import private_root


@register("buergerportal")
def check_private(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """What people hand in must never lie where a web server finds it."""
    if "private" in settings.STORAGES:
        return []
    try:
        root = private_root()
    except ImproperlyConfigured:
        hint = 'Set WAGTAIL_BUERGERPORTAL["PRIVATE_ROOT"] to a directory outside MEDIA_ROOT, or STORAGES["private"].'
        return [Error("There is no place for files people hand in.", hint=hint, id="buergerportal.E301")]
    hint = 'Choose another directory for WAGTAIL_BUERGERPORTAL["PRIVATE_ROOT"].'
    return [
        Error(f"Files people hand in would lie below {name}, which is served.", hint=hint, id="buergerportal.E302")
        for name, served in _served()
        if root == served or served in root.parents
    ]


def _served() -> Iterator[tuple[str, Path]]:
    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        if place := getattr(settings, name, None):
            yield name, Path(place).resolve()
    for entry in settings.STATICFILES_DIRS:
        yield "STATICFILES_DIRS", Path(entry[1] if isinstance(entry, list | tuple) else entry).resolve()
