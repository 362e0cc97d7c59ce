"""From a field's value to the text in the file."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..budget import local_day
from ..formats.base import amount
from .sources import ValueType

_INTEGERS = frozenset(
    {
        "integer", "int", "long", "short", "byte", "positiveInteger", "nonNegativeInteger", "negativeInteger",
        "nonPositiveInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
    }
)  # fmt: skip


def _iso(value: datetime.datetime) -> str:
    return value.astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _year_month(day: datetime.date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def _percent(permille: int) -> str:
    if not permille:
        return ""
    whole, rest = divmod(permille, 10)
    return f"{whole}.{rest}"


FORMATS: dict[ValueType, dict[str, tuple[Any, Callable[[Any], str]]]] = {
    ValueType.TEXT: {"text": (_("as it is"), str), "upper": (_("in capitals"), lambda value: str(value).upper())},
    ValueType.NUMBER: {"number": (_("as it is"), str)},
    ValueType.PERMILLE: {
        "percent": (_("with one decimal place: 19.0"), _percent),
        "whole": (_("without decimal places: 19"), lambda value: str(value // 10) if value else ""),
    },
    ValueType.CENTS: {
        "decimal": (_("in euros: -12.50"), amount),
        "decimal_unsigned": (_("in euros without sign: 12.50"), lambda value: amount(abs(value))),
        "decimal_opposite": (_("in euros with the opposite sign: 12.50"), lambda value: amount(-value)),
        "decimal_comma": (_("in euros with a comma: -12,50"), lambda value: amount(value).replace(".", ",")),
        "cents": (_("in cents: -1250"), str),
        "cents_unsigned": (_("in cents without sign: 1250"), lambda value: str(abs(value))),
    },
    ValueType.DATE: {
        "date": ("2026-11-24", lambda value: value.isoformat()),
        "german": ("24.11.2026", lambda value: value.strftime("%d.%m.%Y")),
        "compact": ("20261124", lambda value: value.strftime("%Y%m%d")),
        "year": ("2026", lambda value: f"{value.year:04d}"),
        "year_month": ("2026-11", _year_month),
        "month": ("11", lambda value: str(value.month)),
        "midnight": ("2026-11-24T00:00:00", lambda value: f"{value.isoformat()}T00:00:00"),
    },
    ValueType.INSTANT: {
        "instant": ("2026-11-24T09:30:00Z", _iso),
        "date": ("2026-11-24", lambda value: local_day(value).isoformat()),
        "german": ("24.11.2026", lambda value: local_day(value).strftime("%d.%m.%Y")),
        "compact": ("20261124", lambda value: local_day(value).strftime("%Y%m%d")),
        "year": ("2026", lambda value: f"{local_day(value).year:04d}"),
        "year_month": ("2026-11", lambda value: _year_month(local_day(value))),
        "month": ("11", lambda value: str(local_day(value).month)),
        "time": ("09:30:00Z", lambda value: _iso(value).partition("T")[2]),
    },
}
UNSIGNED = ("decimal_unsigned", "cents_unsigned")
_BY_BUILTIN = {
    (ValueType.DATE, "gYear"): "year",
    (ValueType.DATE, "gYearMonth"): "year_month",
    (ValueType.DATE, "dateTime"): "midnight",
    (ValueType.INSTANT, "date"): "date",
    (ValueType.INSTANT, "gYear"): "year",
    (ValueType.INSTANT, "gYearMonth"): "year_month",
    (ValueType.INSTANT, "time"): "time",
}


def default_format(kind: ValueType, builtin: str) -> str:
    """What fits an element of this built-in type, if nobody has chosen. Cents never become whole euros."""
    if kind is ValueType.PERMILLE and builtin in _INTEGERS:
        return "whole"
    return _BY_BUILTIN.get((kind, builtin)) or next(iter(FORMATS[kind]))


def formatter(kind: ValueType, name: str, *, builtin: str) -> Callable[[Any], str] | None:
    """A function from value to text, None if there is no such format; empty values give an empty text."""
    found = FORMATS[kind].get(name or default_format(kind, builtin))
    if found is None:
        return None
    write = found[1]
    if write is str and kind is ValueType.TEXT:
        return str
    return lambda value: "" if value is None or value == "" else write(value)
