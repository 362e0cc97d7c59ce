"""Questions with given answers: one of several, some of several, yes or no."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ...definition import Field, Option
from .base import Invalid, Kind, Raw, texts_of


def options_of(field: Field) -> tuple[Option, ...]:
    """The answers on offer; those of a yes/no question are the language's own words."""
    if field.kind == "yes_no":
        return (Option("yes", _("Yes")), Option("no", _("No")))
    return field.options


def _label(field: Field, key: str) -> str:
    return next((option.label for option in options_of(field) if option.key == key), key)


def _keys(field: Field) -> list[str]:
    return [option.key for option in options_of(field)]


class Choice(Kind):
    name = "choice"

    def clean(self, field: Field, given: Any, *, today: date) -> str:
        if given not in _keys(field):
            raise Invalid(_("Please choose one of the answers shown."))
        return given

    def accepts(self, field: Field, value: Any) -> bool:
        return isinstance(value, str) and value in _keys(field)

    def show(self, field: Field, value: Any) -> str:
        return _label(field, value)

    def missing(self, field: Field) -> str:
        return _("Please choose an answer for “%(label)s”.") % {"label": field.label}

    def schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "enum": _keys(field)}


class YesNo(Choice):
    name = "yes_no"


class MultiChoice(Kind):
    name = "multi_choice"

    def read(self, field: Field, raw: Raw) -> list[str]:
        return texts_of(raw, field.key)

    def clean(self, field: Field, given: Any, *, today: date) -> list[str]:
        offered = _keys(field)
        if not set(given) <= set(offered):
            raise Invalid(_("Please choose only from the answers shown."))
        return [key for key in offered if key in given]

    def accepts(self, field: Field, value: Any) -> bool:
        return (
            isinstance(value, list)
            and len(value) > 0
            and all(isinstance(key, str) for key in value)
            and set(value) <= set(_keys(field))
        )

    def show(self, field: Field, value: Any) -> str:
        return "\n".join(_label(field, key) for key in value)

    def comparable(self, field: Field, value: Any) -> tuple[str, ...]:
        return tuple(value)

    def missing(self, field: Field) -> str:
        return _("Please choose at least one answer for “%(label)s”.") % {"label": field.label}

    def schema(self, field: Field) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "enum": _keys(field)}, "minItems": 1, "uniqueItems": True}
