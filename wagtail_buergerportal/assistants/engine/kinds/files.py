"""Uploaded files. The engine sees what is known about them; the bytes are the business of flows/uploads.py."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ...definition import Field
from .base import Kind, Raw

_SHAPE = {"id": str, "name": str, "type": str, "size": int}


class File(Kind):
    """A list of {"id", "name", "type", "size" in bytes}."""

    name = "file"

    def read(self, field: Field, raw: Raw) -> list[Any]:
        given = raw.get(field.key)
        return given if isinstance(given, list) else []

    def clean(self, field: Field, given: Any, *, today: date) -> list[dict[str, Any]]:
        return [item for item in given if _is_file(item)]

    def accepts(self, field: Field, value: Any) -> bool:
        return isinstance(value, list) and len(value) > 0 and all(_is_file(item) for item in value)

    def show(self, field: Field, value: Any) -> str:
        return "\n".join(item["name"] for item in value)

    def comparable(self, field: Field, value: Any) -> tuple[str, ...]:
        return tuple(item["name"] for item in value)

    def missing(self, field: Field) -> str:
        return _("Please upload a file for “%(label)s”.") % {"label": field.label}

    def schema(self, field: Field) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "object"}, "maxItems": field.max_files}


def _is_file(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and set(item) == set(_SHAPE)
        and all(type(item[name]) is kind for name, kind in _SHAPE.items())
    )
