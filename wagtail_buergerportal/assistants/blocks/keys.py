"""Blocks whose text is technical and never translated."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

KEY = r"^[a-z][a-z0-9_]{0,59}$"


class KeyBlock(blocks.RegexBlock):
    """A short name for machines: small letters, digits and underscores. Left empty it is made from the label."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("key"))
        kwargs.setdefault("required", False)
        kwargs.setdefault("help_text", _("Small letters, digits, underscores. Leave empty to make it from the label."))
        super().__init__(
            regex=KEY,
            error_messages={"invalid": _("A key begins with a small letter; then small letters, digits, underscores.")},
            **kwargs,
        )

    def get_translatable_segments(self, value: Any) -> list[Any]:
        return []

    def restore_translated_segments(self, value: Any, segments: Any) -> Any:
        return value


class PlainBlock(blocks.CharBlock):
    """Text that is compared or looked up, so the same in every language."""

    def get_translatable_segments(self, value: Any) -> list[Any]:
        return []

    def restore_translated_segments(self, value: Any, segments: Any) -> Any:
        return value
